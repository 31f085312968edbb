/** The evidence file: a fork that was seen, in JSON, so that everybody can check it with what they have. */
import { utf8 } from '../codec/index.ts'
import type { Conflict } from './conflict.ts'
import { lightError } from './errors.ts'
import {
  fieldsOf,
  lightBlockOf,
  parseJson,
  renderLightBlock,
  renderTrustedHeader,
  trustedHeaderOf,
} from './json/index.ts'
import { maximumFollowedHeaders, maximumLightBlocksBytes } from './limits.ts'

const evidenceFormat = 'commonroot-evidence-1'

/** @throws light.json-size for a fork whose sides are too long to be handed on */
export function encodeEvidence({ common, one, other }: Conflict): Uint8Array {
  const bytes = utf8(
    JSON.stringify({
      format: evidenceFormat,
      common: renderTrustedHeader(common),
      one: one.map(renderLightBlock),
      other: other.map(renderLightBlock),
    }),
  )
  if (bytes.length > maximumLightBlocksBytes) {
    throw lightError('json-size', { size: bytes.length, limit: maximumLightBlocksBytes })
  }
  return bytes
}

/**
 * Takes an evidence file apart, strictly. It proves nothing yet: see `judgeConflict`.
 * @throws light.json, light.json-size, light.form, light.block-hash, light.vote-place
 */
export function parseEvidence(bytes: Uint8Array): Conflict {
  const evidence = fieldsOf(parseJson(bytes, maximumLightBlocksBytes), '$')
  evidence.only('format', 'common', 'one', 'other')
  if (evidence.text('format') !== evidenceFormat) throw evidence.complain('format', evidenceFormat)
  return {
    common: trustedHeaderOf(evidence.record('common')),
    one: evidence.records('one', maximumFollowedHeaders).map(lightBlockOf),
    other: evidence.records('other', maximumFollowedHeaders).map(lightBlockOf),
  }
}
