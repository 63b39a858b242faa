/** How many cases a fuzz property tries: `FUZZ_RUNS` when it is set (`npm run fuzz` sets it), else the small number. */
export const runs = (small: number): number => Number(process.env.FUZZ_RUNS ?? small);
