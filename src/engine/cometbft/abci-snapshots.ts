/**
 * State sync: what CometBFT asks of snapshots, and the answers. What peers say comes through unchecked, so that nothing
 * here refuses a message: the application judges what is offered.
 */

import type { Fields } from '../../codec/index.ts'
import type { ChunkVerdict, OfferVerdict, SnapshotOffer, Snapshots } from '../port.ts'

export type SnapshotRequest =
  | { readonly kind: 'list_snapshots' }
  | { readonly kind: 'offer_snapshot'; readonly offer: SnapshotOffer; readonly root: Uint8Array }
  | { readonly kind: 'load_snapshot_chunk'; readonly height: bigint; readonly format: number; readonly chunk: number }
  | {
      readonly kind: 'apply_snapshot_chunk'
      readonly chunk: number
      readonly bytes: Uint8Array
      readonly sender: string
    }

export type SnapshotAnswer = { readonly kind: SnapshotRequest['kind']; readonly body: object }

const snapshotKinds: readonly string[] = [
  'list_snapshots',
  'offer_snapshot',
  'load_snapshot_chunk',
  'apply_snapshot_chunk',
] satisfies readonly SnapshotRequest['kind'][]

const largest64 = 2n ** 64n - 1n
const largest32 = 2 ** 32 - 1

/** `ResponseOfferSnapshot.Result`. */
const offerResult: Readonly<Record<OfferVerdict, number>> = {
  accept: 1,
  abort: 2,
  reject: 3,
  'reject-format': 4,
  'reject-sender': 5,
}

/** `ResponseApplySnapshotChunk.Result`. */
const chunkResult: Readonly<Record<ChunkVerdict['verdict'], number>> = {
  accept: 1,
  abort: 2,
  retry: 3,
  'retry-snapshot': 4,
  'reject-snapshot': 5,
}

/** Undefined for a request that is not about snapshots. @throws engine.abci-message */
export function readSnapshotRequest(kind: string, body: Fields): SnapshotRequest | undefined {
  if (!snapshotKinds.includes(kind)) return undefined
  switch (kind) {
    case 'offer_snapshot':
      return { kind, offer: offerOf(body), root: body.bytes('app_hash') }
    case 'load_snapshot_chunk':
      return {
        kind,
        height: body.integer('height', 0n, largest64),
        format: body.small('format', 0, largest32),
        chunk: body.small('chunk', 0, largest32),
      }
    case 'apply_snapshot_chunk':
      return {
        kind,
        chunk: body.small('index', 0, largest32),
        bytes: body.bytes('chunk'),
        sender: body.text('sender'),
      }
    default:
      return { kind: 'list_snapshots' }
  }
}

/** Rejects with what the application throws. Without snapshots, none are listed and every offer is turned down. */
export async function answerSnapshot(
  snapshots: Snapshots | undefined,
  request: SnapshotRequest,
): Promise<SnapshotAnswer> {
  const { kind } = request
  switch (request.kind) {
    case 'list_snapshots':
      return { kind, body: { snapshots: ((await snapshots?.list()) ?? []).map(messageOf) } }
    case 'load_snapshot_chunk': {
      const bytes = await snapshots?.load(request)
      return { kind, body: bytes === undefined ? {} : { chunk: bytes } }
    }
    case 'offer_snapshot': {
      const verdict = (await snapshots?.offer(request.offer, request.root)) ?? 'reject'
      return { kind, body: { result: offerResult[verdict] } }
    }
    case 'apply_snapshot_chunk': {
      const { chunk, bytes, sender } = request
      const answer = (await snapshots?.apply(chunk, bytes, sender)) ?? { verdict: 'abort' }
      return {
        kind,
        body: {
          result: chunkResult[answer.verdict],
          refetch_chunks: answer.refetch ?? [],
          reject_senders: answer.rejectSenders ?? [],
        },
      }
    }
  }
}

function offerOf(body: Fields): SnapshotOffer {
  if (!body.has('snapshot')) {
    const nothing = new Uint8Array(0)
    return { height: 0n, format: 0, chunks: 0, digest: nothing, metadata: nothing }
  }
  const snapshot = body.record('snapshot')
  return {
    height: snapshot.integer('height', 0n, largest64),
    format: snapshot.small('format', 0, largest32),
    chunks: snapshot.small('chunks', 0, largest32),
    digest: snapshot.bytes('hash'),
    metadata: snapshot.bytes('metadata'),
  }
}

function messageOf({ height, format, chunks, digest, metadata }: SnapshotOffer): object {
  return { height, format, chunks, hash: digest, metadata }
}
