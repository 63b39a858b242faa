import { EmbeddedCloud, readAssembly, systemClock } from '@cirrus/local-aws';

const cloud = await EmbeddedCloud.start({
  assembly: readAssembly('cdk.out'),
  clock: systemClock,
  onLog: (source, line) => console.log(`${source}: ${line}`),
});
console.log(`HTTP API: http://127.0.0.1:${cloud.ports.http}`, cloud.outputs);
process.once('SIGINT', () => void cloud.close());
