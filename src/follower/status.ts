/** How far the follower is, for whoever runs the node. */
import type { ProjectionState } from '../store/index.ts'

export type ProjectionStatus = {
  readonly name: string
  readonly version: number
  readonly summary: string
  /** The first and the newest block whose rows are in; undefined while its tables are not known or not there. */
  readonly first: bigint | undefined
  readonly height: bigint | undefined
}

/** Why the follower does not get on. It tries again by itself. */
export type FollowerFailure = {
  readonly code: string
  readonly message: string
  /** Attempts in a row that have failed. */
  readonly attempts: number
}

export type FollowerStatus = {
  /** The newest block that all projections have followed; undefined while that is not known. */
  readonly height: bigint | undefined
  /** Blocks between that one and the newest. */
  readonly lagBlocks: bigint
  /** Block time between that block and the newest, in milliseconds; 0 for a follower that is current. */
  readonly lagMilliseconds: bigint
  readonly failure: FollowerFailure | undefined
  readonly projections: readonly ProjectionStatus[]
}

/** The projection that is furthest behind. */
export function slowest(states: Iterable<ProjectionState>): ProjectionState | undefined {
  return [...states].reduce<ProjectionState | undefined>(
    (least, state) => (least === undefined || state.height < least.height ? state : least),
    undefined,
  )
}
