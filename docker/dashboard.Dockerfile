# rq-dashboard: the queues, jobs and workers of RQ in a browser.
FROM python:3.11-slim-bookworm
# six: rq-dashboard 0.9.0 imports it without asking for it.
RUN pip install --no-cache-dir --disable-pip-version-check rq-dashboard==0.9.0 rq==3.0.0 six==1.17.0 \
 && groupadd --gid 10001 dashboard && useradd --uid 10001 --gid dashboard --no-create-home dashboard
USER 10001:10001
EXPOSE 9181
# Atelier's jobs are JSON, never pickle. Address, user and password come as RQ_DASHBOARD_*.
ENTRYPOINT ["rq-dashboard", "--json", "--bind", "0.0.0.0", "--disable-delete"]
