import { startRunner } from '../queue/runner';
import type { HandlersModule } from './config';
import { runThread } from './thread';

void runThread(4, async ({ config, db, log, signal, tellReady }) => {
  // by require: the loader of this module reads the file as well, plain Node or tsx
  const { createHandlers } = module.require(config.handlersModule) as HandlersModule;
  const handlers = createHandlers(config.handlerDeps);
  const runner = await startRunner({ url: config.databaseUrl, db, handlers, log, signal });
  tellReady();
  await runner.ended;
});
