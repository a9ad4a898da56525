// ETLPipeline
