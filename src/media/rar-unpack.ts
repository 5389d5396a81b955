import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { EventEmitter } from 'node:events';
import { basename } from 'node:path';
import { Extractor, UnrarError, type SeekMethod } from 'node-unrar-js/dist/js/Extractor';
import { getUnrar } from 'node-unrar-js/dist/js/unrar.singleton';
import type { UnpackFailure, UnpackPlan } from './packed-book';

interface Module {
  HEAPU8: Uint8Array;
  extractor: unknown;
}

interface OpenFile {
  position: number;
  size: number;
  /** Where the archive begins in the file. */
  offset: number;
}

/** Where an archive lies. */
export interface RarPlace {
  path: string;
  /** Of its beginning in the (first) file, behind the program of a self-extracting one. */
  offset: number;
  /** All volumes by their names; others are not opened, whatever the archive says. */
  files: Map<string, string>;
  /** Headers that the unpacker meets when it passes over an entry. */
  parts: (index: number) => number;
}

/**
 * The extractor of node-unrar-js with its file system replaced: the archive is read in place (also behind the stub of a
 * self-extracting one), and what comes out goes to the plan, never to the disk under a name of the archive.
 */
class Unpacker extends Extractor {
  protected override _filePath: string;
  private readonly files = new Map<number, OpenFile>();
  private index = -1;
  /** Headers still to come of an entry that is passed over. */
  private rest = 0;
  timedOut = false;

  constructor(
    private readonly module: Module,
    private readonly place: RarPlace,
    private readonly plan: UnpackPlan,
  ) {
    super(module);
    this._filePath = basename(place.path);
  }

  /** Everything happens in this call: the module has one slot for the extractor that its callbacks go to. */
  run(): void {
    this.module.extractor = this;
    try {
      const { files } = this.extract({ files: () => this.select() });
      while (files.next().done !== true) if (!this.plan.done(this.index)) break;
    } finally {
      (this as unknown as { _archive: { delete(): void } | null })._archive?.delete();
      for (const fd of this.files.keys()) closeSync(fd);
      this.files.clear();
    }
  }

  get position(): number {
    return this.index;
  }

  private select(): boolean {
    if (this.rest > 0) {
      this.rest--;
      return false;
    }
    this.index++;
    const isWanted = this.plan.wants(this.index);
    if (!isWanted) this.rest = this.place.parts(this.index) - 1;
    return isWanted;
  }

  private get late(): boolean {
    this.timedOut ||= Date.now() > this.plan.deadline;
    return this.timedOut;
  }

  protected override open(name: string): number {
    const file = this.place.files.get(name);
    if (file === undefined) throw new Error('no such volume');
    const fd = openSync(file, 'r');
    const offset = file === this.place.path ? this.place.offset : 0;
    this.files.set(fd, { position: 0, size: fstatSync(fd).size - offset, offset });
    return fd;
  }

  /** The output: -1 is no descriptor of the system, and the module only hands it back to us. */
  protected override create(): number {
    return outputHandle;
  }

  protected override closeFile(fd: number): void {
    if (this.files.delete(fd)) closeSync(fd);
  }

  protected override read(fd: number, buffer: number, size: number): number {
    const file = this.files.get(fd);
    if (!file || this.late) return 0;
    const count = readSync(fd, this.module.HEAPU8, buffer, size, file.offset + file.position);
    file.position += count;
    return count;
  }

  protected override write(_fd: number, buffer: number, size: number): boolean {
    return !this.late && this.plan.write(this.index, this.module.HEAPU8.subarray(buffer, buffer + size));
  }

  protected override tell(fd: number): number {
    return this.files.get(fd)?.position ?? 0;
  }

  protected override seek(fd: number, position: number, method: SeekMethod): boolean {
    const file = this.files.get(fd);
    if (!file) return false;
    const target = position + { SET: 0, CUR: file.position, END: file.size }[method];
    if (target < 0 || target > file.size) return false;
    file.position = target;
    return true;
  }
}

const outputHandle = 0x7fff_fff0;

function failureOf(error: unknown, unpacker: Unpacker): UnpackFailure {
  if (unpacker.timedOut) return { index: unpacker.position, code: 'ERR_2006' };
  const reason = error instanceof UnrarError ? error.reason : null;
  if (reason === 'ERAR_MISSING_PASSWORD' || reason === 'ERAR_BAD_PASSWORD')
    return { index: unpacker.position, code: 'ERR_1002' };
  if (reason === 'ERAR_NO_MEMORY') return { index: unpacker.position, code: 'ERR_2001' };
  return { index: unpacker.position, code: 'ERR_2003' };
}

/** Loading the module makes it listen to the errors of the whole process, and throw them anew: that is none of its business. */
async function loadUnrar(): Promise<Module> {
  const own: EventEmitter = process;
  const events = ['uncaughtException', 'unhandledRejection'];
  const before = new Set<unknown>(events.flatMap((event) => own.listeners(event)));
  const loading = getUnrar();
  for (const event of events) {
    const added = own.listeners(event).filter((listener) => !before.has(listener));
    for (const listener of added) own.removeListener(event, listener as () => void);
  }
  return (await loading) as Module;
}

/** Unpacks an archive from its start, in one synchronous run: only for threads that nobody waits for. */
export async function unpackRar(place: RarPlace, plan: UnpackPlan): Promise<UnpackFailure | null> {
  const module = await loadUnrar();
  const unpacker = new Unpacker(module, place, plan);
  try {
    unpacker.run();
    return null;
  } catch (error) {
    return failureOf(error, unpacker);
  }
}
