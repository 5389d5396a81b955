/** The coded reasons that the server stores with books and operations, in words for the person who put the files there. */
const reasons = new Map([
  ['ERR_1000', 'The file could not be opened. Check that the server may read it.'],
  ['ERR_1001', 'This kind of file is not supported.'],
  ['ERR_1002', 'The archive is protected by a password.'],
  ['ERR_1003', 'Solid RAR archives are not supported.'],
  ['ERR_1004', 'The archive is split into several volumes.'],
  ['ERR_1005', 'The file could not be read; it may be damaged.'],
  ['ERR_1006', 'There are no pictures in this file.'],
  ['ERR_1007', 'Some pages could not be read.'],
  ['ERR_1008', 'The contents of the archive could not be listed; it may be damaged.'],
  ['ERR_1009', 'There is a read list of this name already.'],
  ['ERR_1015', 'This is no reading list of ComicRack (CBL).'],
  ['ERR_1016', 'The folder is not there, or the server may not read it.'],
  ['ERR_1017', 'This folder lies in a library: a scan finds its files.'],
  ['ERR_1018', 'The file is not there any more.'],
  ['ERR_1019', 'The file lies in a library already.'],
  ['ERR_1020', 'The series is not there, or takes no further book.'],
  ['ERR_1021', 'There is a file of this name in the series already.'],
  ['ERR_1022', 'The library takes no files of this kind.'],
  ['ERR_1029', 'There is no book in this reading list.'],
  ['ERR_1030', 'This reading list has no name.'],
  ['ERR_1031', 'A book in this reading list has no series or no number.'],
  ['ERR_1032', 'This EPUB says it is something else.'],
  ['ERR_1033', 'Some pages that the file mentions are missing.'],
  ['ERR_2001', 'The file is larger than the server allows.'],
  ['ERR_2002', 'The file is damaged.'],
  ['ERR_2003', 'A page of this file is damaged.'],
  ['ERR_2004', 'The archive uses a compression that is not supported.'],
  ['ERR_2005', 'A picture format in this file cannot be converted.'],
  ['ERR_2006', 'The file took too long to open.'],
  ['ERR_2015', 'A file of this archive in volumes is missing.'],
  ['ERR_2011', 'The file has changed meanwhile. Scan its library, and try again.'],
  ['ERR_2010', 'The folder is suddenly empty. Nothing was removed; check that its disk is there.'],
]);

/** Words for `ERR_1002` or `ERR_1007 [a.jpg, b.jpg]`; other texts are for people already, an empty one says nothing. */
export function reasonFor(comment: string): string | null {
  const code = /^ERR_\d+/.exec(comment)?.[0];
  if (code === undefined) return comment.trim() === '' ? null : comment.trim();
  return reasons.get(code) ?? `The server reports ${comment}.`;
}
