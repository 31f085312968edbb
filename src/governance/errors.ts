import { defineErrors } from '../errors/index.ts'

/** What governance refuses. Numbers 500-599. */
export const governanceError = defineErrors('governance', {
  'unknown-member': {
    number: 500,
    status: 422,
    message: 'no member {member} is on this ledger',
    remedy: 'Look at `commonroot member list`.',
  },
  'member-not-active': {
    number: 501,
    status: 403,
    message: 'member {member} is {state}',
    remedy: 'Only active members act; governance can restore a suspended one.',
  },
  'not-a-key-of': {
    number: 502,
    status: 403,
    message: 'a signing key is not a key of member {member}',
    remedy: "Sign with one of the member's present keys.",
  },
  'threshold-not-met': {
    number: 503,
    status: 403,
    message: "the signatures of member {member} reach no purpose's threshold",
    remedy: 'Collect as many signatures as the purpose asks for.',
  },
  'purpose-missing': {
    number: 504,
    status: 403,
    message: 'a member must sign for the purpose {purpose}',
    remedy: 'Sign with keys of that purpose, as many as its threshold asks for.',
  },
  'quorum-not-met': {
    number: 505,
    status: 403,
    message: '{count} members with a role that governs have signed, {needed} are needed',
    remedy: 'Collect the signatures of more members on the same transaction.',
  },
  'unknown-parameter': {
    number: 506,
    status: 422,
    message: 'module {module} has no parameter {name}',
    remedy: 'Look at the list of modules and their parameters.',
  },
  'parameter-value': {
    number: 507,
    status: 422,
    message: 'the value does not fit the parameter {module}/{name}',
    remedy: "Compare it with the parameter's schema.",
  },
  'takes-effect-in-the-past': {
    number: 508,
    status: 422,
    message: 'the change would take effect at {at}, block time is {time} (milliseconds)',
    remedy: 'Choose a later time, or 0 for at once.',
  },
  'threshold-out-of-range': {
    number: 509,
    status: 422,
    message: 'a threshold of {threshold} does not fit {count} keys',
    remedy: 'Choose a threshold from 1 to the number of keys.',
  },
  'key-in-use': {
    number: 510,
    status: 409,
    message: 'the key {key} belongs to member {member}',
    remedy: 'Generate a key of your own.',
  },
  'key-repeated': {
    number: 511,
    status: 422,
    message: 'a key is listed twice for one purpose',
    remedy: 'List each key once: a threshold counts different keys.',
  },
  'key-not-accepted': {
    number: 512,
    status: 422,
    message: "a key does not have its algorithm's exact form",
    remedy: 'Give the key as SubjectPublicKeyInfo of the named algorithm.',
  },
  'state-unchanged': {
    number: 513,
    status: 409,
    message: 'member {member} is {state} already',
    remedy: 'Nothing to do.',
  },
  'state-final': {
    number: 514,
    status: 409,
    message: 'member {member} was removed; that is final',
    remedy: 'A removed member joins as a new one.',
  },
  'unknown-protocol': {
    number: 515,
    status: 422,
    message: 'protocol {protocol} does not follow protocol {present}',
    remedy: 'Protocols are switched one by one.',
  },
  'height-too-near': {
    number: 516,
    status: 422,
    message: 'the switch at height {at} is not at least {notice} blocks after height {height}',
    remedy: 'Choose a later height.',
  },
  'algorithm-withdrawn': {
    number: 517,
    status: 422,
    message: 'the algorithm {algorithm} has been withdrawn',
    remedy: 'Use an algorithm that is in force.',
  },
  'too-many-facts': {
    number: 518,
    status: 422,
    message: 'member {member} has {count} standing facts already, and there is no room for this one',
    remedy: 'Cover the case with a wider fact, or revoke one by one.',
  },
  'possession-not-proven': {
    number: 519,
    status: 422,
    message: 'a new key did not sign the rotation',
    remedy: 'Let each new key sign the proof of possession.',
  },
  'too-many-states': {
    number: 520,
    status: 422,
    message: 'member {member} has changed its state {count} times: now it can only be removed',
    remedy: 'Remove it, and let it join as a new member.',
  },
  repeated: {
    number: 521,
    status: 422,
    message: 'the genesis names {what} twice',
    remedy: 'Name it once.',
  },
})
