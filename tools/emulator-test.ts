import { runDevice } from './emulator/device-run';
import { EMULATOR_USAGE, emulatorSettings, SettingsError } from './emulator/settings';

try {
  await runDevice(emulatorSettings(process.argv.slice(2), process.env), (line) => console.log(line));
  console.log('the emulator carries a device end to end');
} catch (error) {
  console.error(error instanceof SettingsError ? `${error.message}\n\n${EMULATOR_USAGE}` : error);
  process.exitCode = error instanceof SettingsError ? 2 : 1;
}
