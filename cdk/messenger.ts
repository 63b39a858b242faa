import { Stack } from 'aws-cdk-lib';
import { PROTOCOLS } from '../lib/protocols/protocols';
import { downlinkTopics } from '../lib/protocols/topics';
import { acknowledgeWildcard, type CirrusFunction } from './function';

/** Where the stack runs: AWS itself, or an emulator that lacks custom authorizers and direct messages. */
export type DeploymentTarget = 'aws' | 'emulator';

/** Lets a function send to devices, on downlink topics only. An emulator needs another permission than AWS. */
export function allowMessages(to: CirrusFunction, target: DeploymentTarget): void {
  const { partition, region, account } = Stack.of(to);
  const downlinks = downlinkTopics(PROTOCOLS);
  const arn = (resource: string): string => `arn:${partition}:iot:${region}:${account}:${resource}`;
  if (target === 'emulator') {
    to.lambda.addEnvironment('TARGET', target);
    const topics = downlinks.map((topic) => arn(`topic/${topic}`));
    to.allow(['iot:Publish'], topics);
    for (const topic of topics.filter((name) => name.endsWith('*'))) {
      acknowledgeWildcard(to, topic, 'The rest of the topic is the name of a template collection, which users choose.');
    }
    return;
  }
  const anyClient = arn('client/*');
  to.allow(['iot:SendDirectMessage'], [anyClient], { StringLike: { 'iot:Topic': downlinks } });
  acknowledgeWildcard(to, anyClient, 'Devices choose their client IDs; the condition keeps it to downlink topics.');
}

/** Lets a function end the connections of clients. An emulator cannot, and the function is told so. */
export function allowEndOfConnections(to: CirrusFunction, target: DeploymentTarget): void {
  if (target === 'emulator') {
    to.lambda.addEnvironment('TARGET', target);
    return;
  }
  const { partition, region, account } = Stack.of(to);
  const anyClient = `arn:${partition}:iot:${region}:${account}:client/*`;
  to.allow(['iot:DeleteConnection'], [anyClient]);
  acknowledgeWildcard(to, anyClient, 'Devices choose their client IDs; the function ends those of one identifier.');
}
