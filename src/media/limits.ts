/** What a book file may ask of us. Every reader takes these as a parameter, so that a deployment or a test can set its own. */
export interface MediaLimits {
  /** Entries in one archive. The largest comic archives that people keep have some 11,000. */
  entries: number;
  /** Bytes of an archive's directory as it lies in the file. */
  directoryBytes: number;
  /** Bytes of one unpacked entry. */
  entryBytes: number;
  /** Declared bytes of all entries together. */
  totalBytes: number;
  /** Unpacked to packed bytes of one entry; only looked at above `ratioFromBytes`, since a white page packs 1000:1. */
  ratio: number;
  ratioFromBytes: number;
  /** Pixels of a picture that is decoded (posters, conversion) or of a page that is rendered. */
  pixels: number;
  /** Pixels of a picture that a decoder in WebAssembly takes; JPEG XL needs up to 20 bytes for each. */
  foreignPixels: number;
  /** Bytes of an entry that is read whole for its text: ComicInfo.xml, OPF, a document of an EPUB. */
  metadataBytes: number;
  /** Bytes of the window that an entry of a RAR or 7z may ask for; the unpacker holds it in memory. */
  dictionaryBytes: number;
  /** Memory of a decoder in WebAssembly: pictures (foreign-picture.ts), 7-Zip. */
  decoderBytes: number;
  /** Bytes read from the start of an entry to find out what it is and how large the picture is. */
  headBytes: number;
  /** Pages larger than this are streamed instead of being read into one buffer. */
  bufferedBytes: number;
  /** Shorter side of a rendered PDF page, pixels. */
  renderEdge: number;
  /** Pixels of a rendered page; very long pages come out narrower. */
  renderPixels: number;
  /** Pixels of one picture that is decoded for rendering; larger ones are left out (pdf.js needs 11 bytes for each). */
  renderPicturePixels: number;
  /** Pages of a PDF. */
  pages: number;
  /** Time for one page: unpacking, rendering or converting it. */
  pageMilliseconds: number;
  /** Time for all of a book: listing it, or unpacking a solid archive. */
  bookMilliseconds: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;

export const defaultLimits: MediaLimits = Object.freeze({
  entries: 100_000,
  directoryBytes: 64 * MiB,
  entryBytes: 192 * MiB,
  totalBytes: 1024 * 1024 * MiB,
  ratio: 250,
  ratioFromBytes: 32 * MiB,
  pixels: 100_000_000,
  foreignPixels: 40_000_000,
  metadataBytes: 4 * MiB,
  dictionaryBytes: 128 * MiB,
  decoderBytes: 1024 * MiB,
  headBytes: 1 * MiB,
  bufferedBytes: 8 * MiB,
  renderEdge: 1600,
  renderPixels: 16_000_000,
  renderPicturePixels: 40_000_000,
  pages: 20_000,
  pageMilliseconds: 30_000,
  bookMilliseconds: 120_000,
});
