/** Half-bytes of the longest path of an upper page: there are 4,369 of them a tree, and every block goes through most. */
export const upperDepth = 3

/** The key of a leaf, in bytes, between `minimumKeyBytes` and this: more can be stored, but not proven. */
export const maximumKeyBytes = 512

/** The shortest key has a module, a collection and a part. */
export const minimumKeyBytes = 3

/** The value of a leaf, in bytes, between `minimumValueBytes` and this: more can be stored, but not proven. */
export const maximumValueBytes = 32 * 1024

/** The shortest value has a kind, a version and one byte of content. */
export const minimumValueBytes = 3
