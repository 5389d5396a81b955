import { silentLog } from '../../src/base/log';
import { startEmbedded, type EmbeddedOptions } from '../../src/db/embedded';

/**
 * A process that owns an embedded server: `node --import tsx embedded-owner.ts '{"dataDir": …}'`. Says its URL, or why there
 * is none, in one line of JSON; ends when its input does, with `exit` in it without stopping the server.
 */
async function main(): Promise<void> {
  const options = JSON.parse(process.argv[2] ?? '{}') as Omit<EmbeddedOptions, 'log'>;
  try {
    const embedded = await startEmbedded({ ...options, log: silentLog() });
    process.stdout.write(`${JSON.stringify({ url: embedded.url })}\n`);
    process.stdin.on('data', () => process.exit(0));
    process.stdin.on('end', () => void embedded.stop());
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ refused: (error as Error).message })}\n`);
    process.exit(1);
  }
}

void main();
