import webpack from 'webpack';

webpack(
  { mode: 'production', entry: './main.mjs', output: { path: `${import.meta.dirname}/out` } },
  (error, stats) => {
    console.log(error ?? stats.toString('errors-warnings'));
    process.exitCode = error || stats.hasErrors() ? 1 : 0;
  },
);
