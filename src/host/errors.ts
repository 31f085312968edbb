import { defineErrors } from '../errors/index.ts'

/** What the host refuses of a transaction, whatever its modules say. Numbers 400-449. */
export const transactionError = defineErrors('transaction', {
  'other-chain': {
    number: 400,
    status: 422,
    message: 'the transaction is for chain {named}, this is {chain}',
    remedy: 'Sign it for this chain.',
  },
  expired: {
    number: 401,
    status: 422,
    message: 'the transaction was valid until {validUntil}, block time is {time} (milliseconds)',
    remedy: 'Sign it again with a later validUntil; check the clock.',
  },
  'too-far': {
    number: 402,
    status: 422,
    message: 'validUntil {validUntil} is more than {limit} ms after block time {time}',
    remedy: 'Choose validUntil at most one hour ahead; check the clock.',
  },
  duplicate: {
    number: 403,
    status: 409,
    message: 'the transaction was executed before',
    remedy: 'Nothing: look up the result of the first one.',
  },
  signature: {
    number: 404,
    status: 422,
    message: 'a signature of the transaction does not verify',
    remedy: 'Sign the payload with the key that it names.',
  },
  'unknown-type': {
    number: 405,
    status: 422,
    message: 'no module of this protocol has the operation {module}/{type}',
    remedy: 'Look at the list of modules; check the protocol version.',
  },
  'unknown-signer-kind': {
    number: 406,
    status: 422,
    message: 'no module of this protocol knows signers of kind {kind}',
    remedy: 'Sign as a member, or enable the module that owns this kind.',
  },
  'undeclared-reads': {
    number: 407,
    status: 422,
    message: 'the operation reads more than {limit} entries that it did not declare',
    remedy: "The module's `reads` must name what its `apply` reads.",
  },
  'too-much-written': {
    number: 408,
    status: 422,
    message: 'the transaction writes more than {limit} bytes',
    remedy: 'Split it.',
  },
  fault: {
    number: 409,
    status: 500,
    message: 'the rule itself failed; the transaction changed nothing',
    remedy: 'A defect of the module: report it with the transaction.',
  },
  malformed: {
    number: 410,
    status: 400,
    message: 'the transaction can not be read',
    remedy: 'Submit it to a node, which says what is wrong with it.',
  },
})

/** What stops a node rather than let it guess. Numbers 450-469. */
export const hostError = defineErrors('host', {
  'unknown-protocol': {
    number: 451,
    status: 503,
    message: 'protocol {protocol} is in force, this program knows up to {known}',
    remedy: 'Install the version that knows it; nothing is lost meanwhile.',
  },
})
