import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

export interface Opds2Schemas {
  feed: (document: unknown) => string[];
  publication: (document: unknown) => string[];
  manifest: (document: unknown) => string[];
  authentication: (document: unknown) => string[];
  /** OPDS Progression 1.0. */
  progression: (document: unknown) => string[];
}

function schemaFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.schema.json'));
}

function problemsOf(validate: ValidateFunction | undefined): (document: unknown) => string[] {
  if (!validate) throw new Error('Schema is missing in the reference folder');
  return (document) =>
    validate(document) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

/** Compiles the JSON Schemas of OPDS 2.0 and of the Readium manifest (`reference/opds-schemas/opds2`). */
export function opds2Schemas(referenceDirectory: string): Opds2Schemas {
  const folder = path.join(referenceDirectory, 'reference/opds-schemas/opds2');
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  for (const name of schemaFiles(folder))
    ajv.addSchema(JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as object);
  const opds = (name: string) => problemsOf(ajv.getSchema(`https://drafts.opds.io/schema/${name}.schema.json`));
  return {
    feed: opds('feed'),
    publication: opds('publication'),
    authentication: opds('authentication'),
    progression: opds('progression'),
    manifest: problemsOf(ajv.getSchema('https://readium.org/webpub-manifest/schema/publication.schema.json')),
  };
}
