import SevenZip from '7z-wasm';

export interface PackedPart {
  /** May have folders in it. */
  name: string;
  data: Buffer | string;
}

/** An archive made by 7-Zip, by default a solid 7z; options as on its command line (`-ms=off`, `-psecret`, `-tzip`). */
export async function buildSevenZip(parts: PackedPart[], options: string[] = []): Promise<Buffer> {
  const said: string[] = [];
  const program = await SevenZip({ print: (line) => said.push(line), printErr: (line) => said.push(line) });
  program.FS.mkdir('/in');
  program.FS.chdir('/in');
  for (const { name, data } of parts) {
    const folders = name.split('/').slice(0, -1);
    folders.forEach((_, depth) => {
      const folder = folders.slice(0, depth + 1).join('/');
      if (!program.FS.readdir(folders.slice(0, depth).join('/') || '.').includes(folders[depth] ?? ''))
        program.FS.mkdir(folder);
    });
    program.FS.writeFile(name, data);
  }
  const exitCode = process.exitCode;
  // the exit code, although its types say that there is none
  // formats that pack a single file do not take a folder
  const isSingle = options.some((option) => /^-t(?:xz|bzip2)$/u.test(option));
  const what = isSingle ? [parts[0]?.name ?? ''] : ['-mtm-', '.'];
  const exit: unknown = program.callMain(['a', ...options, '/out.bin', ...what]);
  process.exitCode = exitCode;
  if (exit !== 0 && exit !== undefined) throw new Error(said.join('\n'));
  return Buffer.from(program.FS.readFile('/out.bin'));
}
