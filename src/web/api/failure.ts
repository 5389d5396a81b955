import { reasonFor } from './reasons';

/** Something the server refused, or that never reached it (status 0). The message is fit to be shown. */
export class ApiFailure extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly fields: string[] = [],
  ) {
    super(message);
    this.name = 'ApiFailure';
  }
}

const byStatus: Record<number, string> = {
  0: 'The server cannot be reached. Check your connection and try again.',
  401: 'You are not logged in any more.',
  403: 'You are not allowed to do this.',
  404: 'This could not be found. It may have been removed.',
  413: 'This is too large for the server.',
  429: 'Too many attempts. Wait a minute and try again.',
  502: 'The server is starting or being restarted. Try again in a moment.',
  503: 'The server is busy or starting. Try again in a moment.',
};

/** Turns an answer that is not 2xx into words: violations first, then the message, then what the status means. */
export function failureFrom(status: number, body: unknown): ApiFailure {
  const violations = violationsOf(body);
  if (violations.length > 0) {
    const text = violations.map(({ message }) => message).join(' ');
    return new ApiFailure(
      status,
      text,
      violations.map(({ fieldName }) => fieldName),
    );
  }
  const said = messageOf(body);
  // the messages of a 400 are made for people (library folder missing, name taken…), others repeat the status
  if (status === 400 && said !== '') return new ApiFailure(status, reasonFor(withoutCode(said)) ?? said);
  return new ApiFailure(
    status,
    byStatus[status] ?? (withoutCode(said) || `The server answered with status ${status}.`),
  );
}

/** Words for anything that was thrown. */
export function messageFor(problem: unknown): string {
  return problem instanceof ApiFailure ? problem.message : 'Something went wrong in this page. Reload it to try again.';
}

function messageOf(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('message' in body)) return '';
  return typeof body.message === 'string' ? body.message : '';
}

function withoutCode(message: string): string {
  return message.replace(/^ERR_\d+:?\s+(?=\S)/, '');
}

function violationsOf(body: unknown): { fieldName: string; message: string }[] {
  if (typeof body !== 'object' || body === null || !('violations' in body) || !Array.isArray(body.violations))
    return [];
  return body.violations.map((violation: unknown) => {
    const entry = (violation ?? {}) as Record<string, unknown>;
    const fieldName = typeof entry.fieldName === 'string' ? entry.fieldName : '';
    const message = typeof entry.message === 'string' ? entry.message : 'is not valid';
    return { fieldName, message: sentence(fieldName, message) };
  });
}

function sentence(fieldName: string, message: string): string {
  const field = fieldName.split('.').pop() ?? '';
  const text = `${field} ${message}`.trim().replace(/\.*$/, '.');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
