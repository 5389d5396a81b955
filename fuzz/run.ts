import { copyFileSync, mkdtempSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { randomFrom } from './mutate';
import type { Attempt, Outcome } from './worker';

/**
 * Damages files of the corpus and reads them with every reader: `npm run fuzz -- --seconds 60 --seed 1 [--only cb7]`. The
 * same seed damages the same files in the same way. Exits with 1 when a reader throws without a code, does not come back,
 * or leaves a file open; the file that did it is kept and named.
 */
const hangMilliseconds = 30_000;
/** Larger ones are slow to damage, and no other. */
const maxBytes = 3 * 1024 * 1024;

interface Finding {
  original: string;
  seed: number;
  what: string;
  kept: string;
}

const options = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
}).values;

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => statSync(file).size <= maxBytes && statSync(file).size > 0)
    .filter((file) => file.includes(options.only))
    .sort();
}

const startWorker = () =>
  new Worker(path.join(__dirname, 'worker.ts'), {
    execArgv: ['--require', require.resolve('tsx/cjs')],
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  });

/** Null when it did not come back, or ended its thread. */
function ask(worker: Worker, task: Attempt): Promise<Outcome | null> {
  return new Promise((resolve) => {
    const end = (outcome: Outcome | null) => {
      clearTimeout(timer);
      worker.removeListener('message', end).removeListener('error', ended);
      resolve(outcome);
    };
    const ended = (error: Error) => end({ code: 'thread ended', failure: error.stack ?? error.message });
    const timer = globalThis.setTimeout(() => end(null), hangMilliseconds);
    worker.once('message', end);
    worker.once('error', ended);
    worker.postMessage(task);
  });
}

/** Files below the folder that this process has open. */
function openFiles(folder: string): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith(folder) ? [target] : [];
    } catch {
      return [];
    }
  });
}

/** Closing is asynchronous: what is still open after a second stays open. */
async function leaks(folder: string): Promise<boolean> {
  for (let n = 0; n < 100 && openFiles(folder).length > 0; n++) await setTimeout(10);
  return openFiles(folder).length > 0;
}

async function main(): Promise<void> {
  const reference = path.resolve(process.env['REFERENCE_DIR'] ?? path.join(__dirname, '../../shared'));
  const corpus = path.join(reference, 'corpus/open');
  const files = ['archives', 'epub', 'pdf', 'images', 'comicinfo'].flatMap((kind) =>
    filesBelow(path.join(corpus, kind)),
  );
  if (files.length === 0) throw new Error(`No files to damage in ${corpus} (REFERENCE_DIR)`);
  const folder = mkdtempSync(path.join(tmpdir(), 'kiremisu-fuzz-'));
  const kept = mkdtempSync(path.join(tmpdir(), 'kiremisu-fuzz-found-'));
  const findings: Finding[] = [];
  const counts = new Map<string, number>();
  const slow: { milliseconds: number; original: string; seed: number }[] = [];
  const random = randomFrom(Number(options.seed));
  const end = Date.now() + Number(options.seconds) * 1000;
  let worker = startWorker();
  let attempts = 0;
  let peak = 0;
  const find = (task: Attempt, what: string) => {
    const name = path.join(kept, `${findings.length}${path.extname(task.original)}`);
    copyFileSync(task.file, name);
    findings.push({ original: task.original, seed: task.seed, what, kept: name });
    process.stdout.write(`  ${path.relative(corpus, task.original)} seed ${task.seed}: ${what.split('\n')[0]}\n`);
  };
  while (Date.now() < end) {
    const original = files[Math.floor(random() * files.length)] ?? '';
    const seed = Math.floor(random() * 2 ** 32);
    const task = { original, seed, file: path.join(folder, `file${path.extname(original)}`) };
    const started = performance.now();
    const outcome = await ask(worker, task);
    attempts++;
    slow.push({ milliseconds: performance.now() - started, original, seed });
    slow.sort((a, b) => b.milliseconds - a.milliseconds).splice(5);
    peak = Math.max(peak, process.memoryUsage.rss());
    const code = outcome?.code ?? 'hang';
    counts.set(code, (counts.get(code) ?? 0) + 1);
    if (outcome === null || outcome.failure !== null) find(task, outcome?.failure ?? 'does not come back');
    else if (await leaks(folder)) find(task, 'leaves the file open');
    if (outcome !== null && outcome.code !== 'thread ended') continue;
    await worker.terminate();
    worker = startWorker();
  }
  await worker.terminate();
  rmSync(folder, { recursive: true });
  process.stdout.write(`${attempts} damaged files of ${files.length}, seed ${options.seed}\n`);
  for (const [code, count] of [...counts].sort()) process.stdout.write(`  ${code.padEnd(14)} ${count}\n`);
  process.stdout.write(`peak memory ${(peak / 1024 ** 2).toFixed(0)} MiB; slowest:\n`);
  for (const { milliseconds, original, seed } of slow)
    process.stdout.write(`  ${milliseconds.toFixed(0)} ms  ${path.relative(corpus, original)} seed ${seed}\n`);
  for (const { original, seed, what, kept: file } of findings)
    process.stdout.write(`\nFOUND ${path.relative(corpus, original)} seed ${seed}, kept as ${file}\n${what}\n`);
  if (findings.length === 0) rmSync(kept, { recursive: true });
  else process.exitCode = 1;
}

void main();
