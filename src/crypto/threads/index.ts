/**
 * Threads that verify signatures, a task of many at a time: the main thread only packs and unpacks.
 *
 * May import: `src/errors`, `src/codec`, the files of `src/crypto`, and node. Start reading at `verification-threads.ts`;
 * `verification-thread.ts` is what runs on the other side.
 */
export { VerificationThreads } from './verification-threads.ts'
