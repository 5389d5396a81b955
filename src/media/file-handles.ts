import type { FileHandle } from 'node:fs/promises';
import { openRegularFile } from './byte-source';

export interface OpenedFile {
  handle: FileHandle;
  size: number;
  /** Places of the file whose content was compared with its checksum since it was opened, with where their data begins. */
  verified: Map<number, number>;
}

interface Slot {
  opened: Promise<OpenedFile>;
  /** Once it is open. */
  file: OpenedFile | null;
  users: number;
  retired: boolean;
  lastUsed: number;
}

/** Open files, so that turning a page does not open the book again. A handle is closed only when nobody uses it. */
export interface FileHandles {
  use<T>(key: string, resolve: () => Promise<string>, work: (file: OpenedFile) => Promise<T>): Promise<T>;
  /** A file that is open already, until it is given back. */
  borrow(key: string): BorrowedFile | null;
  close(): Promise<void>;
}

export interface BorrowedFile {
  file: OpenedFile;
  giveBack(): void;
}

async function openFile(resolve: () => Promise<string>): Promise<OpenedFile> {
  return { ...(await openRegularFile(await resolve())), verified: new Map() };
}

/** At most `max` files stay open; those unused for `idleMilliseconds` are closed, so that deleted ones free their space. */
export function createFileHandles({ max = 64, idleMilliseconds = 60_000 } = {}): FileHandles {
  const slots = new Map<string, Slot>();
  const closing = new Set<Promise<void>>();

  const closeSlot = (slot: Slot) => {
    const done = slot.opened.then(({ handle }) => handle.close()).catch(() => undefined);
    closing.add(done);
    void done.finally(() => closing.delete(done));
  };
  const retire = (key: string, slot: Slot) => {
    if (slots.get(key) === slot) slots.delete(key);
    if (!slot.retired && slot.users === 0) closeSlot(slot);
    slot.retired = true;
  };
  const sweep = () => {
    for (const [key, slot] of slots) if (slot.lastUsed < Date.now() - idleMilliseconds) retire(key, slot);
  };
  const timer = setInterval(sweep, Math.max(1000, idleMilliseconds / 2));
  timer.unref();

  const openSlot = (resolve: () => Promise<string>): Slot => {
    const slot: Slot = { opened: openFile(resolve), file: null, users: 0, retired: false, lastUsed: 0 };
    slot.opened.then((file) => (slot.file = file)).catch(() => undefined);
    return slot;
  };
  const enter = (key: string, slot: Slot) => {
    slot.users++;
    slot.lastUsed = Date.now();
    slots.delete(key);
    slots.set(key, slot);
  };
  const take = (key: string, resolve: () => Promise<string>): { slot: Slot; fresh: boolean } => {
    const known = slots.get(key);
    const slot = known ?? openSlot(resolve);
    enter(key, slot);
    const oldest = slots.entries().next().value;
    if (slots.size > max && oldest) retire(...oldest);
    return { slot, fresh: !known };
  };
  const give = (slot: Slot) => {
    slot.users--;
    if (slot.retired && slot.users === 0) closeSlot(slot);
  };

  async function use<T>(
    key: string,
    resolve: () => Promise<string>,
    work: (file: OpenedFile) => Promise<T>,
    retried = false,
  ): Promise<T> {
    const { slot, fresh } = take(key, resolve);
    try {
      return await work(await slot.opened);
    } catch (error) {
      // an open file may be one that was replaced since: look once more at what lies there now
      retire(key, slot);
      if (fresh || retried) throw error;
    } finally {
      give(slot);
    }
    return use(key, resolve, work, true);
  }

  return {
    use,
    borrow(key) {
      const slot = slots.get(key);
      if (!slot?.file) return null;
      enter(key, slot);
      return { file: slot.file, giveBack: () => give(slot) };
    },
    async close() {
      clearInterval(timer);
      for (const [key, slot] of slots) retire(key, slot);
      await Promise.all(closing);
    },
  };
}
