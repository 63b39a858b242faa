import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { portableRule, takeUnclaimed } from './emulator';
import type { Failures } from './failures';
import { CirrusFunction, type FunctionSettings } from './function';
import { allowMessages, type DeploymentTarget } from './messenger';
import { invokeByRule } from './rule';
import { READ_ACTIONS, type Tables, WRITE_ACTIONS } from './tables';
import { UPLINK_RULES } from './topics';

export interface IngestionProps {
  readonly settings: FunctionSettings;
  readonly tables: Tables;
  readonly failures: Failures;
  readonly target: DeploymentTarget;
  /** Bytes of a whole PUBLISH packet. */
  readonly payloadLimit: number;
}

/** The function that handles what devices publish, and the IoT rules that invoke it: one for each topic shape. */
export class Ingestion extends Construct {
  readonly function: CirrusFunction;

  constructor(scope: Construct, id: string, props: IngestionProps) {
    super(scope, id);
    const { tables } = props;
    this.function = new CirrusFunction(this, 'Ingest', {
      settings: props.settings,
      name: 'ingest',
      description: 'Cirrus: decodes what a device published, stores it and answers',
      memory: 256,
      timeout: Duration.seconds(15),
      environment: {
        REGISTRY_TABLE: tables.registry.tableName,
        TELEMETRY_TABLE: tables.telemetry.tableName,
        PAYLOAD_LIMIT: String(props.payloadLimit),
      },
    });
    tables.allowRegistry(this.function, [...READ_ACTIONS, ...WRITE_ACTIONS]);
    tables.allowTelemetry(this.function, [...READ_ACTIONS, ...WRITE_ACTIONS]);
    allowMessages(this.function, props.target);
    takeUnclaimed(this.function, props.target);
    props.failures.catchFrom(this.function);
    for (const rule of UPLINK_RULES) {
      invokeByRule(this, this.function, portableRule(rule, props.target), props.failures);
    }
  }
}
