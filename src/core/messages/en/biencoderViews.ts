/** The views of the bi-encoder lab. */
export const biencoderViews = {
  'meaning': '{stance} · {topic} · {aspect}',
  'meaning.for': 'for',
  'meaning.against': 'against',
  'relation.right': 'right',
  'relation.twin': 'twin: same stance',
  'relation.aspect': 'other aspect',
  'relation.topic': 'other topic',

  'retrievals.title': 'What a query finds',
  'retrievals.about':
    'Held-out queries at step {step}. Look at which kind of mistake is left as the run goes on.',
  'retrievals.queries': 'Held-out queries',
  'retrievals.item': 'query',
  'retrievals.nextWrong': 'Next mistake',
  'retrievals.percent': '{percent}%',
  'retrievals.query': 'Query, {meaning}:',
  'retrievals.similarity': 'similarity',
  'retrievals.beyond': 'The right one comes at place {rank}.',
  'retrievals.topicWord': 'topic',
  'retrievals.aspectWord': 'aspect',
  'retrievals.stanceWord': 'stance',
  'retrievals.fillerWord': 'filler',

  'histogram.title': 'Similarities',
  'histogram.about':
    'How similar held-out queries are to their counter-argument and to all other documents. Look for two hills that part; where they overlap, queries go wrong.',
  'histogram.positives': 'counter-arguments',
  'histogram.negatives': 'other documents',
  'histogram.cosine': 'cosine similarity',
  'histogram.logit': 'logit of the classifier',
  'histogram.share': 'share of each kind',

  'matrix.title': 'Similarity matrix',
  'matrix.set': 'Which pairs',
  'matrix.validation': 'held-out',
  'matrix.training': 'training',
  'matrix.about':
    'The same 32 queries (rows) at every evaluation, with the documents of their batch, in order of meaning. Look for a blue diagonal with nothing else blue; dots mark what is right. Where only the training pairs show it, the model overfits.',
  'matrix.explore': 'Similarity of each query and document; arrow keys move',
  'matrix.documents': 'their counter-arguments',
  'matrix.hard': 'their hard negatives',
  'matrix.value': '{similarity} · {relation}',
  'matrix.query': 'Query, {meaning}:',
  'matrix.document': 'Document, {meaning}:',
  'matrix.point': 'Point at a cell to read both sentences. Blue is similar, orange opposite.',

  'map.title': 'Embedding map',
  'map.coloring': 'Colour by',
  'map.by.topic': 'topic',
  'map.by.stance': 'stance',
  'map.aboutTopic':
    'Held-out sentences in the plane of their two principal components. Look for topics that part, with queries and documents together.',
  'map.aboutStance':
    'Held-out sentences in the plane of their two principal components. Look for queries that argue for to lie with documents that argue against, and the other way round.',
  'map.queries.one': 'query, {meaning}',
  'map.queries.for': 'queries, for',
  'map.queries.against': 'queries, against',
  'map.documents.one': 'document, {meaning}',
  'map.documents.for': 'documents, for',
  'map.documents.against': 'documents, against',
  'map.x': 'first direction of the plane',
  'map.y': 'second direction',
  'map.explained':
    'The plane shows {percent}% of the variance. At each evaluation it is turned and mirrored to lie as it did before, so what moves is the model.',
} as const;
