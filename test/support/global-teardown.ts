import { coverageOfRun } from './coverage';
import { printSummary } from './summary';

export default async function globalTeardown(): Promise<void> {
  await globalThis.testServer?.stop();
  printSummary(coverageOfRun());
}
