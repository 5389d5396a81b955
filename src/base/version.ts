import { version } from '../../package.json';

/** Of this program, as its package says. */
export const programVersion: string = version;
