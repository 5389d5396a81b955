interface Flight<T> {
  promise: Promise<T>;
  callers: number;
  controller: AbortController;
}

/** Work that several callers want at the same time is done once, and stopped only when all of them have gone. */
export interface SingleFlight<T> {
  run(key: string, work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Flight<T>>();

  const start = (key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> => {
    const controller = new AbortController();
    const flight: Flight<T> = { controller, callers: 0, promise: work(controller.signal) };
    const forget = () => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    flight.promise.then(forget, forget);
    flights.set(key, flight);
    return flight;
  };
  return {
    run(key, work, signal) {
      if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
      const flight = flights.get(key) ?? start(key, work);
      flight.callers++;
      return new Promise<T>((resolve, reject) => {
        const leave = () => {
          reject(signal?.reason as Error);
          flight.callers--;
          if (flight.callers > 0) return;
          flights.delete(key);
          flight.controller.abort();
        };
        signal?.addEventListener('abort', leave, { once: true });
        const arrive = () => signal?.removeEventListener('abort', leave);
        flight.promise.then(resolve, reject).finally(arrive);
      });
    },
  };
}
