import busboy, { type Busboy, type BusboyConfig } from 'busboy';
import type { Readable } from 'node:stream';
import { badRequest, HttpFailure } from '../base/errors';
import type { HttpContext } from './context';

export const formType = 'multipart/form-data';

const MiB = 1024 * 1024;
/** Bytes around the file: boundaries, headers, small fields. */
const overhead = 64 * 1024;

export interface Upload {
  file: Buffer;
  /** The small parts beside it, by name. */
  fields: ReadonlyMap<string, string>;
}

/**
 * The file of a form, whole. Its declared name and type are not looked at, and it may have none (komf). Throws 415 for what
 * is no form, 400 without the part or when the form breaks off, 413 above `limit` bytes.
 */
export async function readUpload(ctx: HttpContext, part = 'file', limit = 10 * MiB): Promise<Upload> {
  if (!/^multipart\/form-data\b/i.test(ctx.get('content-type'))) {
    throw new HttpFailure(415, `Content-Type must be ${formType}`);
  }
  if (Number(ctx.get('content-length')) > limit + overhead) throw tooLarge();
  const limits = { fileSize: limit, fieldSize: limit, files: 4, fields: 20, parts: 24 };
  // byte for byte: a file without a name arrives as a field
  const form = openForm({ headers: ctx.req.headers, defCharset: 'latin1', limits });
  const { file, fields } = await partsOf(ctx.req, form, part);
  if (file === null) throw badRequest(`Required part '${part}' is not present.`);
  return { file, fields };
}

const tooLarge = () => new HttpFailure(413, 'The file is too large');
const unreadable = () => badRequest('The form cannot be read');

function openForm(config: BusboyConfig): Busboy {
  try {
    return busboy(config);
  } catch {
    // no boundary
    throw unreadable();
  }
}

interface Parts {
  /** Null when the form has no such part. */
  file: Buffer | null;
  fields: Map<string, string>;
}

function partsOf(request: Readable, form: Busboy, part: string): Promise<Parts> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const fields = new Map<string, string>();
    let found = false;
    const fail = (error: Error): void => {
      request.unpipe(form);
      // the rest is read and thrown away, so that the client gets to read the answer
      request.resume();
      reject(error);
    };
    form.on('file', (name, stream) => {
      if (name !== part || found) return stream.resume();
      found = true;
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('limit', () => fail(tooLarge()));
      stream.on('error', () => fail(unreadable()));
    });
    form.on('field', (name, value, { valueTruncated }) => {
      if (valueTruncated) return fail(tooLarge());
      const bytes = Buffer.from(value, 'latin1');
      if (name !== part || found) return fields.set(name, bytes.toString('utf8'));
      found = true;
      chunks.push(bytes);
    });
    form.on('error', () => fail(unreadable()));
    form.on('close', () => resolve({ file: found ? Buffer.concat(chunks) : null, fields }));
    request.on('error', reject);
    request.on('aborted', () => fail(unreadable()));
    request.pipe(form);
  });
}
