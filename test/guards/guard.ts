// A guard of ours, how it is broken in one line, and the test that then goes red.
// find stands exactly once in the file. red: the test's whole title, with the titles of what it stands in.
export type Guard = { guard: string; file: string; find: string; put: string; test: string; red: string }
