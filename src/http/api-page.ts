import { createHash } from 'node:crypto';

type Json = Record<string, unknown>;

interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  deprecated?: boolean;
  'x-access': string;
  parameters: { name: string; in: string; required: boolean; schema: Json }[];
  requestBody?: { content: Record<string, { schema: Json }> };
  responses: Record<string, { description?: string; content?: Record<string, { schema: Json }> }>;
}

export interface ApiDocument {
  info: { title: string; version: string };
  components: { schemas: Record<string, Json> };
  paths: Record<string, Record<string, Operation>>;
}

interface Entry extends Operation {
  method: string;
  path: string;
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign);

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h2 { margin: 2rem 0 .5rem; }
nav { columns: 14rem; }
nav a { display: block; }
details { border-top: 1px solid #8884; }
summary { cursor: pointer; padding: .4rem 0; overflow-wrap: anywhere; }
summary b { display: inline-block; min-width: 4.5rem; }
summary small { display: block; padding-left: 4.5rem; }
.old { text-decoration: line-through; }
pre { overflow: auto; padding: .75rem; background: #8881; border-radius: .25rem; font-size: .85rem; }
td, th { padding: .1rem 1rem .1rem 0; text-align: left; vertical-align: top; font-size: .9rem; }
`;

/** What a browser may do with the page: show it, in its own style. */
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`;

const indented = (text: string): string => text.replaceAll('\n', '\n  ');

function objectText({ properties, required = [], additionalProperties }: Json): string {
  const must = required as string[];
  const members = Object.entries((properties ?? {}) as Record<string, Json>).map(
    ([name, schema]) => `${name}${must.includes(name) ? '' : '?'}: ${typeText(schema)}`,
  );
  const rest = typeof additionalProperties === 'object' && additionalProperties !== null;
  if (rest) members.push(`[name]: ${typeText(additionalProperties as Json)}`);
  return members.length === 0 ? '{}' : `{\n  ${members.map(indented).join('\n  ')}\n}`;
}

/** A JSON schema as a type is written in TypeScript, which is shorter and read by more people. */
function typeText(schema: Json | boolean): string {
  if (typeof schema === 'boolean') return schema ? 'anything' : 'nothing';
  const { type, format, enum: values, anyOf, oneOf, allOf, items, $ref } = schema;
  if (typeof $ref === 'string') return $ref === '#' ? '(the same again)' : ($ref.split('/').at(-1) ?? '');
  if ('const' in schema) return JSON.stringify(schema['const']);
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' | ');
  const alternatives = (anyOf ?? oneOf) as Json[] | undefined;
  if (alternatives) return [...new Set(alternatives.map(typeText))].join(' | ');
  if (Array.isArray(allOf)) return (allOf as Json[]).map(typeText).join(' & ');
  if (type === 'array') {
    const item = typeText((items ?? {}) as Json);
    return item.includes(' | ') ? `(${item})[]` : `${item}[]`;
  }
  if (type === 'object') return objectText(schema);
  if (typeof type !== 'string') return 'anything';
  return typeof format === 'string' ? `${type} (${format})` : type;
}

const contentText = (content: Record<string, { schema: Json }> = {}): string => {
  const types = Object.keys(content);
  const json = content['application/json'];
  const name = types.length === 0 ? '' : `<p>${escaped(types.join(', '))}</p>`;
  return json ? `${name}<pre>${escaped(typeText(json.schema))}</pre>` : name;
};

const parameterTable = ({ parameters }: Entry): string => {
  const rows = parameters.map(
    ({ name, in: place, required, schema }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${place}${required ? ', required' : ''}</td><td>${escaped(typeText(schema))}</td></tr>`,
  );
  return rows.length === 0 ? '' : `<table><tr><th>Parameter</th><th>In</th><th>Type</th></tr>${rows.join('')}</table>`;
};

const accessText: Record<string, string> = { public: 'everybody', any: 'everybody who logged in' };

function operationText(entry: Entry): string {
  const { method, path, operationId, summary, deprecated, requestBody, responses } = entry;
  const access = entry['x-access'];
  const answers = Object.entries(responses)
    .filter(([status]) => /^\d+$/.test(status))
    .map(
      ([status, { description = '', content }]) => `<h4>${status} ${escaped(description)}</h4>${contentText(content)}`,
    );
  const old = deprecated ? ' class="old"' : '';
  return `<details id="${escaped(operationId)}">
<summary><b>${method.toUpperCase()}</b><code${old}>${escaped(path)}</code><small>${escaped(summary)}</small></summary>
<p>For ${accessText[access] ?? `the role ${access}`}. Name: <code>${escaped(operationId)}</code>${deprecated ? '. Deprecated' : ''}</p>
${parameterTable(entry)}${requestBody ? `<h4>Body</h4>${contentText(requestBody.content)}` : ''}${answers.join('')}
</details>`;
}

function entriesByTag({ paths }: ApiDocument): Map<string, Entry[]> {
  const tags = new Map<string, Entry[]>();
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const [tag = ''] = operation.tags;
      tags.set(tag, [...(tags.get(tag) ?? []), { ...operation, method, path }]);
    }
  }
  return tags;
}

const anchorOf = (tag: string): string => `tag-${tag.replace(/\W+/g, '-')}`;

/** A page that shows the document to people, whole and without any script, and what a browser may do with it. */
export function apiPage(document: ApiDocument, documentUrl: string): { html: string; policy: string } {
  const tags = [...entriesByTag(document)];
  const { title, version } = document.info;
  const contents = tags.map(
    ([tag, entries]) => `<a href="#${anchorOf(tag)}">${escaped(tag)} <small>(${entries.length})</small></a>`,
  );
  const sections = tags.map(
    ([tag, entries]) => `<h2 id="${anchorOf(tag)}">${escaped(tag)}</h2>\n${entries.map(operationText).join('\n')}`,
  );
  const types = Object.entries(document.components.schemas).map(
    ([name, schema]) => `<pre id="${name}">${name} = ${escaped(typeText(schema))}</pre>`,
  );
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>API of ${escaped(title)}</title><style>${style}</style></head>
<body><h1>API of ${escaped(title)} ${escaped(version)}</h1>
<p>Log in with HTTP Basic, or send an API key as <code>X-API-Key</code>. What is refused is answered with 4XX and, in JSON,
<code>{ timestamp, status, error, message, path }</code> or <code>{ violations: [{ fieldName, message }] }</code>.
For programs: <a href="${escaped(documentUrl)}">this page as an OpenAPI document</a>.</p>
<nav>${contents.join('')}</nav>
${sections.join('\n')}
<h2>Types</h2>
${types.join('\n')}
</body></html>
`;
  return { html, policy };
}
