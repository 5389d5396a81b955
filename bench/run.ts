import { api } from './api';
import { matching } from './matching';
import { media } from './media';
import { opds } from './opds';
import { scan } from './scan';
import { endOnSignals } from './stopping';

/** Measurements by name: `npm run bench -- matching`. Each prints its figures and tells whether they reach the goal. */
const benches: Record<string, () => Promise<boolean>> = { api, matching, media, opds, scan };

async function main(names: string[]): Promise<void> {
  const wanted = names.length === 0 ? Object.keys(benches) : names;
  for (const name of wanted) {
    const bench = benches[name];
    if (bench === undefined)
      throw new Error(`There is no bench "${name}"; there are: ${Object.keys(benches).join(', ')}`);
    process.stdout.write(`\n== ${name} ==\n`);
    if (!(await bench())) process.exitCode = 1;
  }
}

if (require.main === module) {
  endOnSignals();
  void main(process.argv.slice(2).filter((argument) => !argument.startsWith('-'))).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
