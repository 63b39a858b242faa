import { describe, expect, it } from 'vitest';
import { connectionPolicy, POLICY_DOCUMENT_LIMIT } from '../../lib/connections/policy';
import { PROTOCOLS, TOLERATED_DOWNLINKS } from '../../lib/protocols/protocols';
import { topicRights } from '../../lib/protocols/topics';

const ARN = 'arn:aws:iot:eu-west-1:123456789012:';
const topics = topicRights(PROTOCOLS, TOLERATED_DOWNLINKS);

describe('connectionPolicy', () => {
  const longest = connectionPolicy(ARN, 'x'.repeat(128), topics);
  const statements = longest.flatMap(
    (document) => JSON.parse(document).Statement as { Action: string; Effect: string; Resource: string[] }[],
  );
  const resources = (action: string) => statements.find(({ Action }) => Action === `iot:${action}`)?.Resource ?? [];

  it('fits what AWS takes', () => {
    expect(longest.length).toBeLessThanOrEqual(10);
    for (const document of longest) expect(document.length).toBeLessThanOrEqual(POLICY_DOCUMENT_LIMIT);
  });

  it('is cut into as many documents as its topics need', () => {
    const publish = Array.from({ length: 60 }, (_, index) => `t/measurement/measurements/create${index}`);
    const documents = connectionPolicy(ARN, 'SN1', { publish, receive: ['s/ds'] });
    for (const document of documents) expect(document.length).toBeLessThanOrEqual(POLICY_DOCUMENT_LIMIT);
    const allowed = documents.flatMap((document) => JSON.parse(document).Statement as typeof statements);
    const published = allowed.filter(({ Action }) => Action === 'iot:Publish').flatMap(({ Resource }) => Resource);
    expect(published).toEqual(publish.map((topic) => `${ARN}topic/${topic}`));
    expect(documents.length).toBeLessThanOrEqual(10);
  });

  it('allows exactly one client ID', () => {
    expect(resources('Connect')).toEqual([`${ARN}client/${'x'.repeat(128)}`]);
  });

  it('shares no topic between publishing and receiving', () => {
    const published = resources('Publish').map((arn) => arn.slice(`${ARN}topic/`.length));
    const received = resources('Receive').map((arn) => arn.slice(`${ARN}topic/`.length));
    expect(published).toContain('s/us');
    expect(received).toContain('s/ds');
    const reaches = (pattern: string, name: string) =>
      pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
    for (const one of published) {
      for (const other of received) expect(reaches(one, other) || reaches(other, one)).toBe(false);
    }
  });

  it('grants no retained publish and no filter that reaches uplinks', () => {
    expect(statements.map(({ Action }) => Action).sort()).toEqual(
      ['Connect', 'Publish', 'Receive', 'Subscribe'].map((action) => `iot:${action}`),
    );
    expect(resources('Subscribe')).not.toContain(`${ARN}topicfilter/s/*`);
  });
});
