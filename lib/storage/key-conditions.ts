import type { Expression } from './table';

/** The key condition for all items of a partition. */
export const inPartition = (pk: string): Expression => ({ text: 'pk = :pk', values: { ':pk': pk } });

/** The key condition for the items of a partition whose sort key begins with `prefix`. */
export const withPrefix = (pk: string, prefix: string): Expression => ({
  text: 'pk = :pk AND begins_with(sk, :prefix)',
  values: { ':pk': pk, ':prefix': prefix },
});

/** The key condition for the items of a partition from one sort key to another; both belong to the range. */
export const between = (pk: string, from: string, to: string): Expression => ({
  text: 'pk = :pk AND sk BETWEEN :from AND :to',
  values: { ':pk': pk, ':from': from, ':to': to },
});
