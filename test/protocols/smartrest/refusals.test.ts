import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Refusal } from '../../../lib/platform/refusal';
import { errorRow } from '../../../lib/protocols/smartrest/error-row';
import { spell } from '../../../lib/protocols/smartrest/refusals';
import { caseOf, REFUSALS } from '../../platform/refusals';

/** The refusal with this text in place of every name and id. */
function named(refusal: Refusal, name: string): Refusal {
  const { kind, reason, ...data } = refusal;
  const texts = [
    'id',
    'type',
    'serial',
    'sender',
    'name',
    'member',
    'externalId',
    'child',
    'parent',
    'fragment',
    'given',
  ];
  const changed = Object.entries(data).map(([key, value]) => [key, texts.includes(key) ? name : value]);
  return { ...refusal, ...Object.fromEntries(changed), kind, reason };
}

describe('spell', () => {
  it('gives each refusal its code and text', () => {
    const table = REFUSALS.map((refusal) => {
      const { code, text } = spell(refusal);
      return `${caseOf(refusal)}: ${code},${text}`;
    });
    expect(table).toMatchInlineSnapshot(`
      [
        "notFound unknown managedObject: 41,Finding device data from database failed : No managedObject for id '7'!",
        "notFound unknownExternalId externalId: 41,External ID not found; external id: ID [type=c8y_Serial, value=pump]",
        "notFound unknownTarget operation: 41,Finding device data from database failed : No managedObject for id '7'!",
        "notFound notAChild managedObject: 41,Object 8 is not among the childDevices of 7.",
        "notFound unknownService managedObject: 41,Service broker does not exist",
        "notFound deviceGone managedObject: 41,The device does not exist any more",
        "notFound noOpenAlarm alarm: 41,No open alarm of type acme_Hot",
        "notFound noEventOfType event: 41,No event of type acme_Boot",
        "notFound noSuchOperation operation: 41,No PENDING operation with fragment c8y_Restart",
        "notFound otherDevice operation: 41,Operation with id 9 for device id 7 not found",
        "notFound noProfileOperation operation: 41,No profile operation is EXECUTING",
        "exists taken user: 41,The user anna exists already",
        "exists externalIdTaken externalId: 41,External ID exists already: ID [type=c8y_Serial, value=pump]",
        "exists deviceExists managedObject: 41,Device already existing",
        "conflict busy managedObject: 41,The object 7 is being changed by too many others",
        "invalid ownParent managedObject: 41,Device pump cannot be its own child",
        "invalid ownService managedObject: 41,Service broker cannot be its own owner",
        "invalid circle managedObject: 45,8 is above 7 already",
        "invalid namelessFragment managedObject: 45,A fragment needs a name",
        "invalid notText managedObject: 45,'name' must be a text",
        "invalid protectedMember event: 45,'time' cannot be removed",
        "invalid noAgent operation: 45,Device 7 has no agent: neither it nor a device above it has com_cumulocity_model_Agent",
        "invalid cannotBecome operation: 41,Operation with id 9 is FAILED and cannot become EXECUTING",
        "invalid replaced alarm: 45,Alarm 5 was cleared and a newer one of type acme_Hot has replaced it",
        "invalid unknownSource measurement: 45,The source does not exist: 7",
        "invalid userName user: 45,Not a user name: a/b",
        "invalid passwordLength user: 45,A password has 6 characters or more, at most 512 bytes",
        "invalid tenantId tenant: 45,A tenant's id is 1 to 64 letters, digits, dots, dashes: a/b",
        "invalid retention tenant: 45,retentionDays must be at least 1",
        "invalid nameTooLong managedObject: 45,'type' takes at most 1024 bytes",
        "invalid tooDeep: 45,A document has at most 100 levels of objects and lists",
        "invalid notUnicode: 45,'acme_Data.0' holds half a surrogate pair, which is no text",
        "tooLarge itemLimit: 45,This would not fit: the item is too large for the database",
        "tooLarge objectSize managedObject: 45,A managed object takes at most 262144 bytes",
        "tooLarge objectFull: 45,The object 7 has no room for more",
        "tooLarge bodySize: 45,A request body may have 4194304 bytes.",
        "forbidden denied: 41,Access is denied.",
        "notFound unclaimed: 41,Nobody holds the device identifier valve",
        "forbidden notBelowSender: 41,Device valve does not belong to device pump",
        "forbidden identifierOfOther: 41,Device identifier pump belongs to another device user",
        "unauthorized noCredentials: 41,Full authentication is required to access this resource",
        "unauthorized unknownScheme: 41,Invalid credentials! : Only Basic authentication is supported",
        "unauthorized badCredentials: 41,Invalid credentials! : Bad credentials",
        "badRequest noBody event: 45,The request needs a body.",
        "badRequest notAnObject event: 45,The body must be a JSON object.",
        "badRequest notJson: 45,The body is not JSON: Unexpected end",
        "badRequest unknownMode: 45,X-Cumulocity-Processing-Mode knows PERSISTENT, CEP: LOUD",
        "invalid missing: 45,Following mandatory fields should be included: type, time",
        "invalid members event: 45,type must be a text; time is none",
        "invalid parameters: 45,The query parameter revert must be true or false: 1",
        "invalid notNarrowed alarm: 45,At least one query parameter has to select the alarms.",
        "methodNotAllowed otherMethods: 41,PUT is not possible here; GET, POST are.",
        "methodNotAllowed unknownMethod: 41,Unknown method; the platform knows GET, PUT.",
        "notFound unknown measurement: 41,No measurement for id '7'",
        "notFound unknown event: 41,Finding event from database failed : No event for gid '7'!",
        "notFound unknown alarm: 41,Finding alarm from database failed : No alarm for gid '7'!",
        "notFound unknown operation: 41,Finding operation from database failed : No operation for gid '7'!",
        "notFound unknown tenant: 41,No such tenant: 7",
        "notFound unknown user: 41,User not found: 7",
        "exists taken tenant: 41,The tenant t100 exists already",
        "conflict busy event: 41,The event 7 is being changed by too many others",
        "invalid nameTooLong externalId: 45,'externalId' takes at most 1024 bytes",
        "tooLarge objectSize measurement: 45,A measurement takes at most 131072 bytes",
        "tooLarge objectSize event: 45,An event takes at most 131072 bytes",
        "tooLarge objectSize alarm: 45,An alarm takes at most 131072 bytes",
        "tooLarge objectSize operation: 45,An operation takes at most 131072 bytes",
        "invalid protectedMember managedObject: 45,'id' cannot be removed",
        "invalid missing measurement: 45,Following mandatory parameters should be included: source",
        "invalid parameters measurement: 45,The query parameter aggregationType knows DAILY: YEARLY",
        "invalid notNarrowed operation: 45,At least one query parameter has to select the operations.",
        "invalid notNarrowed event: 45,At least one of the parameters source, dateFrom, dateTo is needed.",
        "methodNotAllowed otherMethods: 41,PUT is not possible here; GET is.",
      ]
    `);
  });

  it.each(REFUSALS.map((refusal) => [caseOf(refusal), refusal] as const))('says what to do about %s', (_, refusal) => {
    expect(spell(refusal).remedy).toMatch(/^\S.{4,}/);
  });

  it('makes one row, whatever the names and ids hold', () => {
    fc.assert(
      fc.property(fc.constantFrom(...REFUSALS), fc.string({ unit: 'binary' }), (refusal, name) => {
        const { code, text } = spell(named(refusal, name));
        expect(text).not.toBe('');
        expect(errorRow(code, '211', text)).toMatch(new RegExp(`^${code},211,[^\\r\\n]*$`));
      }),
    );
  });
});
