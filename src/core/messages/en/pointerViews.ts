/** The pointer lab's view of one query's pool. */
export const pointerViews = {
  'pool.title': 'One query’s pool, step {step}',
  'pool.about':
    'A held-out query with its candidates, the most relevant first. Look whether the probability of each pick lies on ' +
    'the best candidate for that place (★), and how the later columns move once the first candidate is taken.',
  'pool.queries': 'Held-out queries',
  'pool.item': 'query',
  'pool.picked': 'Picked',
  'pool.best': 'Best',
  'pool.mean': 'Mean of all choices',
  'pool.score': 'Score',
  'pool.utility': 'utility {utility}',
  'pool.allRight': 'The best choice there is. A right choice scores {score}, a random one 0 on average.',
  'pool.otherOrder': 'The right candidates in another order: score {score}.',
  'pool.others':
    'Another choice than the best one, score {score}. That need not be bad: several choices may be worth almost the same.',
  'pool.candidate': 'Candidate',
  'pool.relevance': 'Relevance',
  'pool.attention': 'Attention',
  'pool.pick': 'Pick {index}',
  'pool.bestAt': 'best as pick {index}',
  'pool.pickedAt': 'picked at place {index}',
  'pool.taken': 'taken',
  'pool.legendBest': 'belongs there in the best choice',
  'pool.legendPicked': 'was picked there',
} as const;
