import { until } from './embedded';

export interface EventStream {
  status: number;
  headers: Headers;
  /** Everything that came. */
  text(): string;
  events(): { type: string; data: Record<string, unknown> }[];
  /** Waits for events of this type; those that came. */
  hears(type: string, count?: number): Promise<Record<string, unknown>[]>;
  /** Resolves when the server has ended it. */
  ended: Promise<void>;
  close(): void;
}

/** Opens the server's events as a client does; `headers` say who asks. */
export async function openEvents(base: string, headers: Record<string, string>): Promise<EventStream> {
  const controller = new AbortController();
  const response = await fetch(`${base}/sse/v1/events`, { headers, signal: controller.signal });
  let text = '';
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
    }
  };
  const ended = read().catch(() => undefined);
  const events = () =>
    [...text.matchAll(/event:(\w+)\ndata:(.*)\n\n/g)].map(([, type = '', data = '']) => ({
      type,
      data: JSON.parse(data) as Record<string, unknown>,
    }));
  const ofType = (wanted: string) => events().flatMap(({ type, data }) => (type === wanted ? [data] : []));
  return {
    ...{ status: response.status, headers: response.headers, text: () => text, events, ended },
    async hears(type, count = 1) {
      await until(`${count} ${type}`, () => ofType(type).length >= count);
      return ofType(type);
    },
    close: () => controller.abort(),
  };
}
