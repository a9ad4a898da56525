extension EndpointBench {
    /// RunPod's asyncio client as its documents use it: submit everything, await every output.
    static let script = #"""
        import asyncio, json, os, resource, sys, time
        import aiohttp
        import runpod

        count, path = int(sys.argv[1]), sys.argv[2]
        runpod.api_key = os.environ["RUNPOD_API_KEY"]
        runpod.endpoint_url_base = os.environ["RUNPOD_ENDPOINT_BASE_URL"]
        seen = {}

        def peak():
            # This program's own: ru_maxrss begins with that of whoever started it.
            try:
                with open("/proc/self/status") as file:
                    return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:")) / 1024
            except OSError:
                return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

        def cpu():
            usage = resource.getrusage(resource.RUSAGE_SELF)
            return usage.ru_utime + usage.ru_stime

        async def one(endpoint, number):
            job = await endpoint.run({"number": number})
            output = await job.output(timeout=3600)
            seen[job.job_id] = time.time()
            return output

        async def main():
            async with runpod.http_client.AsyncClientSession() as session:
                endpoint = runpod.AsyncioEndpoint(os.environ["RUNPOD_ENDPOINT_ID"], session)
                work = [one(endpoint, number) for number in range(count)]
                return await asyncio.gather(*work, return_exceptions=True)

        begun = cpu()
        results = asyncio.run(main())
        failures = [result for result in results if isinstance(result, BaseException)]
        for text in sorted({repr(failure) for failure in failures})[:3]:
            print("runpod asyncio:", text, file=sys.stderr)
        report = {
            "kept": sum(1 for result in results if not isinstance(result, BaseException) and result is not None),
            "cpu": cpu() - begun,
            "peakMB": peak(),
            "seen": seen,
        }
        with open(path, "w") as file:
            json.dump(report, file)
        """#
}
