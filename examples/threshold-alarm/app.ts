import { cirrusApp } from '../../cdk/synthesize';
import { ThresholdAlarm } from './threshold-alarm';

/** `npx cdk deploy -a "node --import tsx examples/threshold-alarm/app.ts"`: a Cirrus that watches the tenant `t100`. */
cirrusApp({
  extend: (stack) => {
    new ThresholdAlarm(stack, 'ThresholdAlarm', {
      cirrus: stack.cirrus,
      tenant: 't100',
      fragment: 'c8y_TemperatureMeasurement',
      series: 'T',
      limit: 80,
      connectionParameter: '/threshold-alarm/t100',
    });
  },
}).synth();
