/** Why the database cannot be used, in one sentence for the person who starts the server: it names the remedy, never a password. */
export class StartFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartFailure';
  }
}
