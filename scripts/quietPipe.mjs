/** Ends a program well once nobody reads its output any more, as in `… | head -1`; import it for that. */
process.stdout.on('error', (error) => {
  if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EPIPE') throw error;
  process.exit(0);
});
