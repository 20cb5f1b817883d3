module.exports = {
  register() {},
  // A token of full access, known beforehand.
  async bootstrap({ strapi }) {
    const tokens = strapi.service('admin::api-token');
    await strapi.db.query('admin::api-token').create({
      data: {
        name: 'benchmark',
        description: '',
        type: 'full-access',
        accessKey: tokens.hash(process.env.API_TOKEN),
        lifespan: null,
        expiresAt: null,
      },
    });
  },
};
