// SampleNews
