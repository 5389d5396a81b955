import { readFile } from 'node:fs/promises';

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

interface Instance {
  exports: Record<string, unknown>;
}

/** What is used of the global, which has no types without those of a browser. */
interface WebAssemblyGlobal {
  compile: (bytes: Uint8Array) => Promise<unknown>;
  Instance: new (module: unknown, imports: unknown) => Instance;
}

const { compile, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyGlobal }).WebAssembly;

/** Emscripten's hook that makes the instance of a program. */
export type Instantiate = (imports: unknown, done: (instance: Instance) => void) => Instance['exports'];

const compiled = new Map<string, Promise<unknown>>();

function moduleOf(file: string): Promise<unknown> {
  const known = compiled.get(file);
  if (known) return known;
  const module = readFile(require.resolve(file)).then((bytes) => compile(bytes));
  module.catch(() => compiled.delete(file));
  compiled.set(file, module);
  return module;
}

const isMemory = (value: unknown): value is Memory =>
  typeof value === 'object' && value !== null && 'grow' in value && 'buffer' in value;

/** Emscripten takes an error of `grow` for what it is: the program is told that there is no more memory. */
function bound(memory: Memory, maxBytes: number): void {
  const grow = memory.grow.bind(memory);
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * 65_536 > maxBytes) throw new RangeError('memory limit');
    return grow(pages);
  };
}

/**
 * The code of a decoder, compiled once; each instance has memory of its own, at most `maxBytes`, which goes with it.
 * Whatever a file does to a decoder, it stays inside of that memory.
 */
export async function boundedWasm(file: string, maxBytes: number): Promise<Instantiate> {
  const module = await moduleOf(file);
  return (imports, done) => {
    const instance = new Instance(module, imports);
    const memory = Object.values(instance.exports).find(isMemory);
    if (memory) bound(memory, maxBytes);
    done(instance);
    return instance.exports;
  };
}
