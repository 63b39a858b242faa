/** Why the platform refused a request; REST maps it to a status and body, SmartREST to a row on `s/e`. */
export type PlatformError =
  | { readonly kind: 'notFound'; readonly resource: Resource; readonly message: string }
  | { readonly kind: 'invalid'; readonly resource: Resource | 'undefined'; readonly message: string }
  | { readonly kind: 'badRequest'; readonly resource: Resource | 'undefined'; readonly message: string }
  | { readonly kind: 'conflict'; readonly resource: Resource; readonly message: string; readonly name: string }
  | { readonly kind: 'exists'; readonly resource: Resource; readonly message: string }
  | { readonly kind: 'forbidden'; readonly message: string }
  | { readonly kind: 'unauthorized'; readonly message: string }
  | { readonly kind: 'tooLarge'; readonly message: string }
  | { readonly kind: 'methodNotAllowed'; readonly message: string };

export type Resource =
  | 'inventory'
  | 'identity'
  | 'measurement'
  | 'event'
  | 'alarm'
  | 'devicecontrol'
  | 'tenant'
  | 'user';
