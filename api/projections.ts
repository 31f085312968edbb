/** What this program's nodes follow: the one place where the projections of modules come together. */
import { certificateProjection } from '../pki/search/index.ts'
import type { Projection } from '../src/follower/index.ts'

export const projections: readonly Projection[] = [certificateProjection]
