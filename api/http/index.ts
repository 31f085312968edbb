/**
 * The HTTP server of a node: routes, problems, limits, OpenAPI, metrics.
 *
 * May import: `src`, `pki`, `api/catalogue.ts`, Fastify. Start reading at `server.ts`, then `route.ts` (what a route is),
 * then any file of `routes/`; `refusals.ts` is how errors leave the node.
 */
export { certificateIcs23Proof, certificateProof, type Ics23Proof } from './certificate-proof.ts'
export { type Problem, problemType } from './problem.ts'
export type { LogDestination } from './request-log.ts'
export { ics23Type, proofType, trustType } from './routes/index.ts'
export { createServer, type HttpServer, type ServerOptions } from './server.ts'
export { programVersion } from './version.ts'
