import { defineErrors } from '../errors/index.ts'

/** What a light client refuses about headers, votes, validator sets and evidence. Numbers 700-739. */
export const lightError = defineErrors('light', {
  header: {
    number: 700,
    status: 400,
    message: 'the header is not sound: {reason}',
    remedy: 'Fetch the header again from another node.',
  },
  'foreign-chain': {
    number: 701,
    status: 400,
    message: 'the header is of chain {chain}, expected {expected}',
    remedy: 'Use a proof and a trust file of the same chain.',
  },
  'validator-set': {
    number: 702,
    status: 400,
    message: 'the validator set is not sound: {reason}',
    remedy: 'Fetch the set again from another node.',
  },
  'validators-hash': {
    number: 703,
    status: 400,
    message: 'the validators given for height {height} are not those that the header names',
    remedy: 'Give the validator set of the same height.',
  },
  'block-hash': {
    number: 704,
    status: 400,
    message: 'the votes of height {height} are for another block than the header',
    remedy: 'Fetch header and votes together.',
  },
  'vote-order': {
    number: 705,
    status: 400,
    message: 'the votes of height {height} are not in rising order of validators of the set',
    remedy: 'Sort votes by validator and give each once.',
  },
  'vote-signature': {
    number: 706,
    status: 400,
    message: 'the signature of validator {validator} at height {height} is wrong',
    remedy: 'Do not trust this header: somebody changed or forged it.',
  },
  'not-enough-power': {
    number: 707,
    status: 400,
    message: 'votes of power {power} of {total} at height {height} are not more than two thirds',
    remedy: 'Wait for more votes, or fetch the header from another node.',
  },
  'superfluous-vote': {
    number: 708,
    status: 400,
    message: 'the votes of height {height} are more than two thirds even without the last one',
    remedy: 'Trim the votes: a proof carries just enough of them.',
  },
  'trust-expired': {
    number: 709,
    status: 409,
    message: 'the trusting period ended at {until}, the clock says {now} (milliseconds since 1970): pin anew',
    remedy:
      'Get a fresh trust file over a channel that you trust, or pin a checkpoint with `trust export --checkpoint`.',
  },
  'from-the-future': {
    number: 710,
    status: 409,
    message: 'the header of height {height} is of {time}, ahead of the clock {now} (milliseconds since 1970)',
    remedy: 'Set the clock.',
  },
  'height-order': {
    number: 711,
    status: 409,
    message: 'the header of height {height} is not newer than the trusted height {trusted}',
    remedy: 'Give headers in rising order.',
  },
  'time-order': {
    number: 712,
    status: 400,
    message: 'time and height of the header of height {height} do not rise together from the trusted height {trusted}',
    remedy: 'Do not trust this header: no sound chain makes it.',
  },
  'next-validators': {
    number: 713,
    status: 400,
    message: 'the validators of height {height} are not those that the trusted header announced',
    remedy: 'Do not trust this header: no sound chain makes it.',
  },
  'not-enough-trusted-power': {
    number: 714,
    status: 409,
    message: 'trusted validators of power {power} of {total} signed height {height}: too few to skip to it',
    remedy: 'Follow the chain through headers in between.',
  },
  'conflicting-header': {
    number: 715,
    status: 409,
    message: 'height {height} has two signed headers: trusted {trusted}, seen {seen}',
    remedy: 'Stop and raise the alarm: validators of more than a third of the power signed both.',
  },
  'next-validators-hash': {
    number: 716,
    status: 400,
    message: 'the next validators given with height {height} are not those that the header announces',
    remedy: 'Give the validator set of the height after it, or leave it out.',
  },
  json: {
    number: 717,
    status: 400,
    message: 'the JSON is not sound at character {offset}: {reason}',
    remedy: 'Write JSON (RFC 8259) with each name once and whole numbers only.',
  },
  'json-size': {
    number: 718,
    status: 413,
    message: 'the JSON has {size} bytes, at most {limit} are read',
    remedy: 'Give fewer headers at a time.',
  },
  form: {
    number: 719,
    status: 400,
    message: 'at {path}: expected {expected}',
    remedy: 'Compare with the form of a light block in docs/reference/trust-and-proof.md.',
  },
  'header-count': {
    number: 720,
    status: 400,
    message: 'there are {count} headers, 1 to {limit} can be verified at a time',
    remedy: 'Give fewer headers: skipping needs few.',
  },
  'vote-place': {
    number: 721,
    status: 400,
    message: 'entry {index} of the commit of height {height} is not of the validator in that place of the set',
    remedy: 'Give the commit with one entry for each validator, in the order of the set.',
  },
  checkpoint: {
    number: 722,
    status: 409,
    message: 'the header of height {height} is {seen}, and the checkpoint says {expected}',
    remedy: 'Do not trust this chain: compare the checkpoint with its publisher, and raise the alarm.',
  },
  'checkpoint-missed': {
    number: 723,
    status: 409,
    message: 'the way from height {from} to height {to} does not show the header of the checkpoint at height {height}',
    remedy: 'Give that header too; a checkpoint below the trusted height can be checked by nobody.',
  },
  'too-many-headers': {
    number: 724,
    status: 409,
    message: 'the way to height {height} takes more than {limit} headers',
    remedy: 'Pin a newer trust file: the validators have changed too often to follow them one by one.',
  },
  'other-height': {
    number: 725,
    status: 400,
    message: 'the header of height {asked} was asked for, and that of height {height} came',
    remedy: 'Ask another node.',
  },
  evidence: {
    number: 726,
    status: 400,
    message: 'the evidence shows no fork: {reason}',
    remedy: 'Do not act on it: what it accuses of did not happen, or it is damaged.',
  },
  'other-eras': {
    number: 727,
    status: 409,
    message: 'the chain was begun anew at height {from}, of which the trust file does not know: pin anew',
    remedy: 'Get a fresh trust file over a channel that you trust: no signature leads from one era to the next.',
  },
})

/** What a reader of trust files refuses. Numbers 740-759. */
export const trustError = defineErrors('trust', {
  checksum: {
    number: 740,
    status: 400,
    message: 'the trust file does not end with the SHA-256 of what stands before: it is damaged or cut',
    remedy: 'Get the file again and compare its checksum with its publisher.',
  },
  format: {
    number: 741,
    status: 400,
    message: 'the trust file has format {format}, this program reads 1',
    remedy: 'Use a program version that reads this format.',
  },
  eras: {
    number: 742,
    status: 400,
    message: "the trust file's eras are not sound: {reason}",
    remedy: 'Get the file again from its publisher.',
  },
  height: {
    number: 743,
    status: 400,
    message: "the trust file's height or time is out of range",
    remedy: 'Get the file again from its publisher.',
  },
  period: {
    number: 744,
    status: 400,
    message: 'the trusting period is not 1 ms to 10 years',
    remedy: 'Choose a period during which validators answer for what they signed.',
  },
  threshold: {
    number: 745,
    status: 400,
    message: 'the trust threshold is not 1/3 to 2/3',
    remedy: 'Use the default, 1/3.',
  },
})

/** What a reader of proofs refuses. Numbers 760-799. */
export const proofError = defineErrors('proof', {
  format: {
    number: 760,
    status: 400,
    message: 'the proof has format {format}, this program reads 1',
    remedy: 'Use a program version that reads this format.',
  },
  'leaf-order': {
    number: 761,
    status: 400,
    message: 'the proven leaves are not in rising order of tree and key',
    remedy: 'Ask for the proof again: each leaf stands once, in order.',
  },
  'other-root': {
    number: 762,
    status: 400,
    message: 'the root of the other tree has to stand in a proof exactly when no leaf of that tree does',
    remedy: 'Ask for the proof again.',
  },
  root: {
    number: 763,
    status: 400,
    message: 'the proven leaves do not lead to the app hash of the header of height {height}',
    remedy: 'Do not trust what this proof says: somebody changed or forged it.',
  },
  'unknown-validators': {
    number: 764,
    status: 409,
    message: 'the header of height {height} was signed by a validator set that does not follow from the trust file',
    remedy: 'Ask for the proof with the headers that lead there, or get a fresh trust file.',
  },
  'via-order': {
    number: 765,
    status: 400,
    message: 'the headers that lead to the proof do not rise from the trusted height to its height {height}',
    remedy: 'Ask for the proof again, for the height of your trust file.',
  },
  'other-era': {
    number: 766,
    status: 409,
    message: 'height {height} lies before the era of the trust file, which begins at {from}',
    remedy: 'Use a trust file of that era, or ask for a fresh proof.',
  },
  stale: {
    number: 767,
    status: 409,
    message: 'the proof is {age} ms old, at most {limit} are wanted',
    remedy: 'Ask for a fresh proof.',
  },
  'not-proven': {
    number: 768,
    status: 400,
    message: 'the proof says nothing of the key {key}',
    remedy: 'Ask for a proof of this key.',
  },
})
