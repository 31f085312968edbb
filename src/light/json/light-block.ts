/** Light blocks in CometBFT's JSON: a signed header, the set that it names, and the set that it announces. */
import { Fields, type JsonValue, utf8 } from '../../codec/index.ts'
import { lightError } from '../errors.ts'
import { maximumLightBlockBytes, maximumLightBlocks, maximumLightBlocksBytes } from '../limits.ts'
import type { LightBlock, SignedHeader } from '../types.ts'
import { commitOf, refuseMisplaced, renderCommit, signedBy } from './commit.ts'
import { headerOf, renderHeader } from './header.ts'
import { parseJson } from './parse-json.ts'
import { renderValidatorSet, validatorSetOf } from './validator-set.ts'

/**
 * Takes one light block apart, strictly: it proves nothing yet, see `followHeader`.
 * @throws light.json, light.json-size, light.form, light.block-hash, light.vote-place
 */
export function parseLightBlock(bytes: Uint8Array): LightBlock {
  return lightBlockOf(fieldsOf(parseJson(bytes, maximumLightBlockBytes), '$'))
}

/** A JSON array of 1 to `maximumLightBlocks` light blocks. @throws light.header-count and the codes of `parseLightBlock` */
export function parseLightBlocks(bytes: Uint8Array): readonly LightBlock[] {
  const value = parseJson(bytes, maximumLightBlocksBytes)
  if (!Array.isArray(value)) throw formError('$', 'an array of light blocks')
  if (value.length === 0 || value.length > maximumLightBlocks) {
    throw lightError('header-count', { count: value.length, limit: maximumLightBlocks })
  }
  return value.map((item, index) => lightBlockOf(fieldsOf(item, `$[${index}]`)))
}

/** The light block in the form that CometBFT's own libraries read. Votes for nil are absent in it. */
export function renderLightBlock({ signed, validators, nextValidators }: LightBlock) {
  return {
    signed_header: { header: renderHeader(signed.header), commit: renderCommit(signed, validators) },
    validator_set: renderValidatorSet(validators, signed.header.proposerAddress),
    next_validator_set: nextValidators === undefined ? null : renderValidatorSet(nextValidators),
  }
}

export function encodeLightBlock(block: LightBlock): Uint8Array {
  return utf8(JSON.stringify(renderLightBlock(block)))
}

/** For formats that nest a light block. */
export function lightBlockOf(block: Fields): LightBlock {
  // Some vectors name the node that a block comes from.
  block.only('signed_header', 'validator_set', 'next_validator_set', 'provider')
  const { header, commit } = signedHeaderParts(block.record('signed_header'))
  const validators = validatorSetOf(block.record('validator_set'))
  refuseMisplaced(commit, validators)
  return {
    signed: signedBy(header, commit),
    validators,
    ...(block.has('next_validator_set') ? { nextValidators: validatorSetOf(block.record('next_validator_set')) } : {}),
  }
}

/** A signed header alone, whose set nobody has at hand. @throws light.block-hash and what `signed` complains with */
export function signedHeaderOf(signed: Fields): SignedHeader {
  const { header, commit } = signedHeaderParts(signed)
  return signedBy(header, commit)
}

export function signedHeaderParts(signed: Fields) {
  signed.only('header', 'commit')
  return { header: headerOf(signed.record('header')), commit: commitOf(signed.record('commit')) }
}

export function fieldsOf(value: JsonValue, path: string): Fields {
  return new Fields(value, path, formError)
}

export function formError(path: string, expected: string): Error {
  return lightError('form', { path, expected })
}
