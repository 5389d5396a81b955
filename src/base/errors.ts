/**
 * The catalogue of coded errors. A code is for clients and logs; the text is safe to show to anybody: it never holds a
 * path, SQL or a stack trace. Codes ERR_1000 to ERR_1039 are Komga's (its web clients translate them); ours begin at ERR_2000.
 */
export const catalogue = {
  ERR_1000: [500, 'The file cannot be accessed'],
  ERR_1001: [415, 'The media type is not supported'],
  ERR_1002: [415, 'Encrypted archives are not supported'],
  ERR_1004: [415, 'A volume of the archive is missing, or this is not its first'],
  ERR_1005: [500, 'The file could not be analyzed'],
  ERR_1006: [422, 'The book has no page'],
  ERR_1007: [422, 'Some entries could not be analyzed'],
  ERR_1008: [422, 'The entries of the file could not be read'],
  ERR_1016: [400, 'The folder is not accessible or not a folder'],
  ERR_1018: [404, 'The file was not found'],
  ERR_1019: [400, 'The file to import lies in a library'],
  ERR_1020: [400, 'The book to upgrade is not of the series'],
  ERR_1021: [409, 'A file of that name exists already'],
  ERR_1022: [422, 'The imported file is no book of the library'],
  ERR_1032: [422, 'The EPUB has a wrong media type'],
  ERR_1033: [422, 'Some entries are missing'],
  ERR_1034: [400, 'An API key with that comment exists already'],
  /** A limit of media/limits.ts was exceeded: too many entries, too big, too high a ratio, too many pixels. */
  ERR_2001: [422, 'The file exceeds a safety limit'],
  /** The archive is cut off or its structure is broken. */
  ERR_2002: [422, 'The file is damaged'],
  /** A single page cannot be decoded or extracted. */
  ERR_2003: [422, 'The page is damaged'],
  /** The compression method of an entry is not supported. */
  ERR_2004: [415, 'The compression method is not supported'],
  /** The picture format cannot be decoded here. */
  ERR_2005: [404, 'The picture format cannot be converted'],
  /** Opening or extracting took longer than allowed. */
  ERR_2006: [422, 'The file took too long to open'],
  /** The root is readable but empty while books are known: most likely a share that is not mounted. Nothing is trashed. */
  ERR_2010: [503, 'The folder of the library is empty'],
  /** So many books vanished in one scan that a person has to say that this is meant. Nothing is trashed before. */
  ERR_2013: [409, 'Many books are gone'],
  /** A file that was to be changed is not the one that was analysed. */
  ERR_2011: [409, 'The file is not what it was when it was analyzed'],
  /** The new form of a file lacks something of the old one; the old one stays. */
  ERR_2012: [500, 'The changed file is not complete'],
  /** A statement took longer than STATEMENT_TIMEOUT, or no connection became free. */
  ERR_2014: [503, 'The database took too long to answer'],
  /** One of the files of a RAR in volumes is not there. */
  ERR_2015: [422, 'A volume of the archive is missing'],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrorCode = keyof typeof catalogue;

/** An expected failure with a code of the catalogue. `details` are for the log, never for the answer. */
export class CodedError extends Error {
  readonly status: number;

  constructor(
    readonly code: ErrorCode,
    readonly details: Record<string, unknown> = {},
    options?: ErrorOptions,
  ) {
    super(catalogue[code][1], options);
    this.name = 'CodedError';
    this.status = catalogue[code][0];
  }
}

/** Makes a coded error: `throw fail('ERR_1002', { entry }, cause)`. */
export function fail(code: ErrorCode, details: Record<string, unknown> = {}, cause?: unknown): CodedError {
  return new CodedError(code, details, cause === undefined ? undefined : { cause });
}

export function isCoded(error: unknown): error is CodedError {
  return error instanceof CodedError;
}

/** An HTTP failure without a code: unknown id, missing role, unusable parameter. The message goes to the client. */
export class HttpFailure extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = 'HttpFailure';
  }
}

export const notFound = (message = 'Not Found') => new HttpFailure(404, message);
export const forbidden = (message = 'Forbidden') => new HttpFailure(403, message);
export const badRequest = (message: string) => new HttpFailure(400, message);
export const unauthorized = (message = 'Unauthorized') => new HttpFailure(401, message);

/** Input that is readable but not valid: one entry a field. Answered as Komga's `{ violations: [...] }`. */
export class InvalidInput extends Error {
  constructor(readonly violations: { fieldName: string; message: string }[]) {
    super('Invalid input');
    this.name = 'InvalidInput';
  }
}
