/**
 * The carrier: takes certificates one by one with their vouchers, gathers them, and carries them in batches that the
 * node signs with its own `node` key. It has no rights of its own; each item's are its voucher's.
 *
 * May import: `src`, `pki`, `api/catalogue.ts`, `api/errors.ts`. Start reading at `carrier.ts`, then `examination.ts`.
 */
export { type Carried, Carrier, type CarrierOptions } from './carrier.ts'
export { maximumCarried } from './limits.ts'
