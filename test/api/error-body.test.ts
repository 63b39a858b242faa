import { describe, expect, it } from 'vitest';
import { errorResponse } from '../../lib/api/error-body';
import { caseOf, REFUSALS } from '../platform/refusals';

describe('errorResponse', () => {
  it('gives each refusal its status, name and message', () => {
    const table = REFUSALS.map((refusal) => {
      const { status, body, bodyType } = errorResponse(refusal);
      expect(bodyType).toBe('error');
      expect(body).toEqual({
        error: expect.any(String),
        message: expect.any(String),
        info: expect.stringMatching(/^https:/),
      });
      const { error, message } = body as { readonly error: string; readonly message: string };
      return `${caseOf(refusal)}: ${status} ${error}: ${message}`;
    });
    expect(table).toMatchInlineSnapshot(`
      [
        "notFound unknown managedObject: 404 inventory/Not Found: Finding device data from database failed : No managedObject for id '7'!",
        "notFound unknownExternalId externalId: 404 identity/Not Found: External ID not found; external id: ID [type=c8y_Serial, value=pump]",
        "notFound unknownTarget operation: 404 devicecontrol/Not Found: Finding device data from database failed : No managedObject for id '7'!",
        "notFound notAChild managedObject: 404 inventory/Not Found: Object 8 is not among the childDevices of 7.",
        "notFound unknownService managedObject: 404 inventory/Not Found: Service broker does not exist",
        "notFound deviceGone managedObject: 404 inventory/Not Found: The device does not exist any more",
        "notFound noOpenAlarm alarm: 404 alarm/Not Found: No open alarm of type acme_Hot",
        "notFound noEventOfType event: 404 event/Not Found: No event of type acme_Boot",
        "notFound noSuchOperation operation: 404 devicecontrol/Not Found: No PENDING operation with fragment c8y_Restart",
        "notFound otherDevice operation: 404 devicecontrol/Not Found: Operation with id 9 for device id 7 not found",
        "notFound noProfileOperation operation: 404 devicecontrol/Not Found: No profile operation is EXECUTING",
        "exists taken user: 409 user/Duplicate: The user anna exists already",
        "exists externalIdTaken externalId: 409 identity/Duplicate: External ID exists already: ID [type=c8y_Serial, value=pump]",
        "exists deviceExists managedObject: 409 inventory/Duplicate: Device already existing",
        "conflict busy managedObject: 409 inventory/conflict: The object 7 is being changed by too many others",
        "invalid ownParent managedObject: 422 inventory/Invalid Data: Device pump cannot be its own child",
        "invalid ownService managedObject: 422 inventory/Invalid Data: Service broker cannot be its own owner",
        "invalid circle managedObject: 422 inventory/Invalid Data: 8 is above 7 already",
        "invalid namelessFragment managedObject: 422 inventory/Invalid Data: A fragment needs a name",
        "invalid notText managedObject: 422 inventory/Invalid Data: 'name' must be a text",
        "invalid protectedMember event: 422 event/Invalid Data: 'time' cannot be removed",
        "invalid noAgent operation: 422 devicecontrol/Invalid Data: Device 7 has no agent: neither it nor a device above it has com_cumulocity_model_Agent",
        "invalid cannotBecome operation: 422 devicecontrol/Invalid Data: Operation 9 is FAILED and cannot become EXECUTING",
        "invalid replaced alarm: 422 alarm/Invalid Data: Alarm 5 was cleared and a newer one of type acme_Hot has replaced it",
        "invalid unknownSource measurement: 422 measurement/Invalid Data: The source does not exist: 7",
        "invalid userName user: 422 user/Invalid Data: Not a user name: a/b",
        "invalid passwordLength user: 422 user/Invalid Data: A password has 6 characters or more, at most 512 bytes",
        "invalid tenantId tenant: 422 tenant/Invalid Data: A tenant's id is 1 to 64 letters, digits, dots, dashes: a/b",
        "invalid retention tenant: 422 tenant/Invalid Data: retentionDays must be at least 1",
        "invalid nameTooLong managedObject: 422 inventory/Invalid Data: 'type' takes at most 1024 bytes",
        "invalid tooDeep: 422 undefined/validationError: A document has at most 100 levels of objects and lists",
        "invalid notUnicode: 422 undefined/validationError: 'acme_Data.0' holds half a surrogate pair, which is no text",
        "tooLarge itemLimit: 413 general/payloadTooLarge: This would not fit: the item is too large for the database",
        "tooLarge objectSize managedObject: 413 general/payloadTooLarge: A managed object takes at most 262144 bytes",
        "tooLarge objectFull: 413 general/payloadTooLarge: The object 7 has no room for more",
        "tooLarge bodySize: 413 general/payloadTooLarge: A request body may have 4194304 bytes.",
        "forbidden denied: 403 security/Forbidden: Access is denied.",
        "notFound unclaimed: 404 undefined/Not Found: Nobody holds the device identifier valve",
        "forbidden notBelowSender: 403 security/Forbidden: Device valve does not belong to device pump",
        "forbidden identifierOfOther: 403 security/Forbidden: Device identifier pump belongs to another device user",
        "unauthorized noCredentials: 401 security/Unauthorized: Full authentication is required to access this resource",
        "unauthorized unknownScheme: 401 security/Unauthorized: Invalid credentials! : Only Basic authentication is supported",
        "unauthorized badCredentials: 401 security/Unauthorized: Invalid credentials! : Bad credentials",
        "badRequest noBody event: 400 event/badRequest: The request needs a body.",
        "badRequest notAnObject event: 400 event/badRequest: The body must be a JSON object.",
        "badRequest notJson: 400 undefined/badRequest: The body is not JSON: Unexpected end",
        "badRequest unknownMode: 400 undefined/badRequest: X-Cumulocity-Processing-Mode knows PERSISTENT, CEP: LOUD",
        "invalid missing: 422 undefined/validationError: Following mandatory fields should be included: type, time",
        "invalid members event: 422 event/Invalid Data: type must be a text; time is none",
        "invalid parameters: 422 undefined/validationError: The query parameter revert must be true or false: 1",
        "invalid notNarrowed alarm: 422 alarm/Invalid Data: At least one query parameter has to select the alarms.",
        "methodNotAllowed otherMethods: 405 general/methodNotAllowed: PUT is not possible here; GET, POST are.",
        "methodNotAllowed unknownMethod: 405 general/methodNotAllowed: Unknown method; the platform knows GET, PUT.",
        "notFound unknown measurement: 404 measurement/Not Found: No measurement for id '7'",
        "notFound unknown event: 404 event/Not Found: Finding event from database failed : No event for gid '7'!",
        "notFound unknown alarm: 404 alarm/Not Found: Finding alarm from database failed : No alarm for gid '7'!",
        "notFound unknown operation: 404 devicecontrol/Not Found: Finding operation from database failed : No operation for gid '7'!",
        "notFound unknown tenant: 404 tenant/Not Found: No such tenant: 7",
        "notFound unknown user: 404 user/Not Found: User not found: 7",
        "exists taken tenant: 409 tenant/Duplicate: The tenant t100 exists already",
        "conflict busy event: 409 event/conflict: The event 7 is being changed by too many others",
        "invalid nameTooLong externalId: 422 identity/Invalid Data: 'externalId' takes at most 1024 bytes",
        "tooLarge objectSize measurement: 413 general/payloadTooLarge: A measurement takes at most 131072 bytes",
        "tooLarge objectSize event: 413 general/payloadTooLarge: An event takes at most 131072 bytes",
        "tooLarge objectSize alarm: 413 general/payloadTooLarge: An alarm takes at most 131072 bytes",
        "tooLarge objectSize operation: 413 general/payloadTooLarge: An operation takes at most 131072 bytes",
        "invalid protectedMember managedObject: 422 inventory/Invalid Data: 'id' cannot be removed",
        "invalid missing measurement: 422 measurement/Invalid Data: Following mandatory parameters should be included: source",
        "invalid parameters measurement: 422 measurement/Invalid Data: The query parameter aggregationType knows DAILY: YEARLY",
        "invalid notNarrowed operation: 422 devicecontrol/Invalid Data: At least one query parameter has to select the operations.",
        "invalid notNarrowed event: 422 event/Invalid Data: At least one of the parameters source, dateFrom, dateTo is needed.",
        "methodNotAllowed otherMethods: 405 general/methodNotAllowed: PUT is not possible here; GET is.",
      ]
    `);
  });
});
