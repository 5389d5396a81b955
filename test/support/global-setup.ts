import { openSummary } from './summary';
import { failureVariable, serverVariable, startTestServer, templateVariable, type TestServer } from './test-server';

declare global {
  // var: only that reaches the teardown, which Jest loads as a module of its own
  var testServer: TestServer | undefined;
}

/** A server that does not start, or a faulty migration, fails the test files that use it and no others. */
export default async function globalSetup(): Promise<void> {
  openSummary();
  try {
    const server = await startTestServer();
    globalThis.testServer = server;
    process.env[serverVariable] = server.url;
    process.env[templateVariable] = server.template;
  } catch (error) {
    process.env[failureVariable] = error instanceof Error ? error.message : String(error);
  }
}
