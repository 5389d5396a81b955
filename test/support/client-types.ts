/**
 * The small language in which clients.md says what the decoder of a client needs: `{ id: id, ageRating: int?, url: string~ }`.
 * `?` null is fine, `~` the key may be absent, `[]` a list, `A|B|""` one of these texts.
 */
export type WireType = { nullable: boolean; optional: boolean } & (
  | { kind: 'object'; fields: Map<string, WireType> }
  | { kind: 'map'; values: WireType }
  | { kind: 'list'; item: WireType }
  | { kind: 'oneOf'; values: string[] }
  | { kind: 'named'; name: string; argument: WireType | null }
);

export interface WireTypes {
  /** By name; of a generic type its parameter is the type named `T`. */
  named: ReadonlyMap<string, WireType>;
}

const tokens = /"[^"]*"|<any key>|\[\]|[{}[\]?~:,|<>]|[\w-]+(?:\([^)]*\))?/g;

class Reader {
  private readonly words: string[];
  private at = 0;

  constructor(text: string) {
    this.words = text.match(tokens) ?? [];
  }

  private get next(): string | undefined {
    return this.words[this.at];
  }

  private skip(word: string): boolean {
    if (this.next !== word) return false;
    this.at++;
    return true;
  }

  private take(): string {
    const word = this.words[this.at++];
    if (word === undefined) throw new Error('The type ends too early');
    return word;
  }

  type(): WireType {
    let type = this.next === '{' ? this.object() : this.word();
    for (;;) {
      if (this.skip('[]')) type = { kind: 'list', item: type, nullable: false, optional: false };
      else if (this.skip('?')) type = { ...type, nullable: true };
      else if (this.skip('~')) type = { ...type, optional: true };
      else return type;
    }
  }

  private object(): WireType {
    this.take();
    const fields = new Map<string, WireType>();
    let values: WireType | null = null;
    while (!this.skip('}')) {
      const name = this.take();
      const type = this.skip(':') ? this.type() : anything;
      if (name === '<any key>') values = type;
      else fields.set(name, type);
      this.skip(',');
    }
    const plain = { nullable: false, optional: false };
    return values ? { kind: 'map', values, ...plain } : { kind: 'object', fields, ...plain };
  }

  private word(): WireType {
    const name = this.take();
    const plain = { nullable: false, optional: false };
    if (this.next === '|') {
      const values = [unquoted(name)];
      while (this.skip('|')) values.push(unquoted(this.take()));
      return { kind: 'oneOf', values, ...plain };
    }
    const argument = this.skip('<') ? this.type() : null;
    if (argument) this.skip('>');
    return { kind: 'named', name, argument, ...plain };
  }
}

const unquoted = (word: string): string => word.replaceAll('"', '');
const anything: WireType = { kind: 'named', name: 'anything', argument: null, nullable: true, optional: false };

export const readType = (text: string): WireType => new Reader(text).type();

/** `Name = type` definitions, each beginning a line. `Name (a, b or c)`: it has one of these fields. */
export function readDefinitions(text: string): [string, WireType][] {
  const parts = text.split(/^(?=\w+(?:<T>)?(?: \([^)]*\))? = )/m).filter((part) => part.trim() !== '');
  return parts.map((part) => {
    const [, name = '', alternatives, body = ''] = /^(\w+)(?:<T>)?(?: \(([^)]*)\))? = ([\s\S]*)$/.exec(part) ?? [];
    const type = readType(body);
    if (alternatives !== undefined && type.kind === 'object') {
      for (const field of alternatives.split(/,| or /)) type.fields.delete(field.trim());
    }
    return [name, type];
  });
}

const instant = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d`;
const isText = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);
const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value);

const scalars: Record<string, (value: unknown) => boolean> = {
  anything: () => true,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: isNumber,
  int: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  long: (value) => Number.isSafeInteger(value),
  id: isText(/^[\w-]+$/),
  'id(no "-")': isText(/^\w+$/),
  date: isText(/^\d{4}-\d\d-\d\d/),
  'date-time': isText(new RegExp(`^${instant}`)),
  'date-time(zone)': isText(new RegExp(`^${instant}(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$`)),
  'date-time(s)': isText(new RegExp(`^${instant}(Z|[+-]\\d\\d:\\d\\d)$`)),
  'date-time(s,Z)': isText(new RegExp(`^${instant}Z$`)),
};

/** What a decoder of that type would stumble over; empty when it would not. Names that are nowhere defined are any object. */
export function faultsOf(value: unknown, type: WireType, types: WireTypes, at = '$'): string[] {
  if (value === null) return type.nullable ? [] : [`${at} is null`];
  switch (type.kind) {
    case 'list':
      if (!Array.isArray(value)) return [`${at} is no list`];
      return value.flatMap((item, index) => faultsOf(item, type.item, types, `${at}[${index}]`));
    case 'oneOf':
      return type.values.includes(value as string) ? [] : [`${at} is ${JSON.stringify(value)}`];
    case 'map':
      return Object.entries(value as object).flatMap(([key, item]) =>
        faultsOf(item, type.values, types, `${at}.${key}`),
      );
    case 'object':
      return [...type.fields].flatMap(([name, field]) => fieldFaults(value, name, field, types, at));
    case 'named':
      return namedFaults(value, type, types, at);
  }
}

function fieldFaults(value: unknown, name: string, field: WireType, types: WireTypes, at: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at} is no object`];
  const member = (value as Record<string, unknown>)[name];
  if (member === undefined) return isOptional(field, types) ? [] : [`${at}.${name} is not there`];
  return faultsOf(member, field, types, `${at}.${name}`);
}

/** A named type may say itself that it can be absent or null. */
function isOptional(field: WireType, types: WireTypes): boolean {
  return field.optional || (field.kind === 'named' && (types.named.get(field.name)?.optional ?? false));
}

function namedFaults(value: unknown, type: WireType & { kind: 'named' }, types: WireTypes, at: string): string[] {
  const defined = types.named.get(type.name);
  if (defined) {
    const argument = type.argument ? new Map([...types.named, ['T', type.argument]]) : types.named;
    return faultsOf(value, defined, { named: argument }, at);
  }
  const scalar = scalars[type.name];
  if (scalar) return scalar(value) ? [] : [`${at} is ${JSON.stringify(value).slice(0, 60)}, no ${type.name}`];
  return typeof value === 'object' ? [] : [`${at} is no object`];
}
