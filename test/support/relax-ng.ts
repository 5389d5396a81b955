import { spawnSync } from 'node:child_process';

/** Whether xmllint (package libxml2-utils) is there; tests that need it skip where it is not. */
export const hasXmllint = spawnSync('xmllint', ['--version']).error === undefined;

/** What the schema says against the document; empty when it is valid. */
export function schemaProblems(schema: string, xml: string): string {
  const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '--relaxng', schema, '-'], {
    input: xml,
    encoding: 'utf8',
  });
  return status === 0 ? '' : stderr.trim();
}

/** What the schema says against any of these files, in one run; empty when all are valid. */
export function filesProblems(schema: string, files: readonly string[]): string[] {
  if (files.length === 0) return [];
  const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '--relaxng', schema, ...files], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return status === 0 ? [] : stderr.split('\n').filter((line) => line !== '' && !line.endsWith(' validates'));
}
