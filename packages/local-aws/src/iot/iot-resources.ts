import { TemplateError } from '../template/template';

/** `AWS::IoT::Authorizer`, intrinsic functions resolved. */
export interface AuthorizerResource {
  readonly AuthorizerName: string;
  readonly AuthorizerFunctionArn: string;
  readonly SigningDisabled?: boolean | undefined;
  readonly Status?: string | undefined;
}

/** `AWS::IoT::DomainConfiguration`, intrinsic functions resolved. */
export interface DomainConfigurationResource {
  readonly DomainConfigurationName: string;
  readonly AuthenticationType?: string | undefined;
  readonly ApplicationProtocol?: string | undefined;
  readonly DomainConfigurationStatus?: string | undefined;
  readonly AuthorizerConfig?:
    | {
        readonly DefaultAuthorizerName?: string | undefined;
        readonly AllowAuthorizerOverride?: boolean | undefined;
      }
    | undefined;
}

/** One action of a rule: an object with the action type as its only key. */
export type RuleActionResource = Readonly<Record<string, unknown>>;

/** `AWS::IoT::TopicRule`, intrinsic functions resolved. */
export interface TopicRuleResource {
  readonly RuleName: string;
  readonly TopicRulePayload: {
    readonly Sql: string;
    readonly Actions: readonly RuleActionResource[];
    readonly ErrorAction?: RuleActionResource | undefined;
    readonly AwsIotSqlVersion?: string | undefined;
    readonly RuleDisabled?: boolean | undefined;
  };
}

/** The IoT resources of a template. */
export interface IotResources {
  readonly authorizers: readonly AuthorizerResource[];
  readonly domainConfigurations: readonly DomainConfigurationResource[];
  readonly rules: readonly TopicRuleResource[];
}

/** The template asks for something that IoT Core does not do here. The message names the resource and the construct. */
export class UnsupportedResourceError extends TemplateError {
  override readonly name = 'UnsupportedResourceError';

  constructor(
    readonly resource: string,
    readonly construct: string,
    options?: ErrorOptions,
  ) {
    super(`${resource}: ${construct}`, options);
  }
}
